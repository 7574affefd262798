import { randomBytes } from "node:crypto";
import { buildBroker, type Broker } from "../../../../apps/gateway/src/broker/app";
import { loadBrokerConfig } from "../../../../apps/gateway/src/broker/config";
import { AUDIENCE, GATEWAY } from "../../../../apps/gateway/src/broker/protocol";
import { RequestTokenSigner } from "../../../../apps/gateway/src/tokens/requestToken";
import { createBrokerFiles, type BrokerFiles } from "./brokerFixture";

// No Vault here: what reaches it ends as a 503, what is refused before ends earlier.

let files: BrokerFiles;
let broker: Broker;
let log: string[];

beforeAll(async () => {
  files = await createBrokerFiles();
  const stream = { write: (line: string) => void log.push(line) };
  broker = buildBroker(loadBrokerConfig(files.environment), () => undefined, stream);
});
beforeEach(() => (log = []));
afterAll(async () => {
  await broker.app.close();
  files.remove();
});

const path = "/v1/credentials/acme/github";
/** A second ahead, as tokens of the second in which the broker started are refused. */
const clock = () => Date.now() + 1000;
const signer = (secret = files.tokenSecret, audience = AUDIENCE, subject = GATEWAY) =>
  new RequestTokenSigner(secret, subject, audience, clock);

type Method = "GET" | "PUT" | "DELETE";
interface Attempt {
  method?: Method;
  path?: string;
  body?: string;
  token?: string;
  headers?: Record<string, string>;
}

async function send({ method = "GET", path: url = path, body, token, headers }: Attempt) {
  const signed = { method, path: url, body: body === undefined ? undefined : Buffer.from(body) };
  const response = await broker.app.inject({
    method,
    url,
    ...(body !== undefined && { payload: body }),
    headers: {
      authorization: `Bearer ${token ?? signer().sign(signed).token}`,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
  });
  const problem = response.body === "" ? undefined : response.json<Record<string, unknown>>();
  return { status: response.statusCode, headers: response.headers, problem };
}

const written = JSON.stringify({ version: 0, credential: { apiKey: "k" } });

test("without Vault an accepted request is answered 503 with a typed problem and retry-after", async () => {
  const { status, headers, problem } = await send({});
  expect(status).toBe(503);
  expect(headers["content-type"]).toBe("application/problem+json; charset=utf-8");
  expect(headers["retry-after"]).toBe("1");
  expect(problem).toEqual({
    type: "urn:apexmcp:problem:vault-unavailable",
    title: "Vault can't be used",
    status: 503,
    detail: expect.stringContaining("isn't logged in to Vault yet") as unknown,
  });
});

test("a write that may or may not have happened says so", async () => {
  const { problem } = await send({ method: "PUT", body: written });
  expect(problem?.["detail"]).toContain("read the credential before trying again");
});

test("is alive without Vault, but not ready", async () => {
  expect((await broker.app.inject("/healthz")).statusCode).toBe(200);
  const ready = await broker.app.inject("/readyz");
  expect(ready.statusCode).toBe(503);
  expect(ready.json()).toEqual({
    status: "unavailable",
    failed: { vault: expect.stringContaining("Vault doesn't answer") as unknown },
  });
});

describe("a request is refused with 401", () => {
  const get = { method: "GET", path };
  const cases: [string, () => Attempt][] = [
    ["with an empty token", () => ({ token: "" })],
    ["with a static token", () => ({ token: files.tokenSecret })],
    ["with another scheme", () => ({ headers: { authorization: `Basic ${signer().sign(get).token}` } })],
    ["with two tokens", () => ({ token: `${signer().sign(get).token} ${signer().sign(get).token}` })],
    [
      "with another secret's token",
      () => ({ token: signer(randomBytes(48).toString("base64")).sign(get).token }),
    ],
    [
      "with the dev secret's token",
      () => ({ token: signer("dev-oauth-jwt-secret-change-in-prod").sign(get).token }),
    ],
    [
      "with another audience",
      () => ({ token: signer(files.tokenSecret, "apexmcp-gateway").sign(get).token }),
    ],
    [
      "from another service",
      () => ({ token: signer(files.tokenSecret, AUDIENCE, "attacker").sign(get).token }),
    ],
    [
      "with a token for another path",
      () => ({ path: "/v1/credentials/acme/gitlab", token: signer().sign(get).token }),
    ],
    ["with a token for another method", () => ({ method: "DELETE", token: signer().sign(get).token })],
    ["with a token for another query", () => ({ path: `${path}?a=1`, token: signer().sign(get).token })],
    [
      "with a token for another body",
      () => ({ method: "PUT", body: written, token: signer().sign({ method: "PUT", path }).token }),
    ],
    [
      "with an expired token",
      () => ({
        token: new RequestTokenSigner(files.tokenSecret, GATEWAY, AUDIENCE, () => Date.now() - 66_000).sign(
          get,
        ).token,
      }),
    ],
    [
      "with a future-dated token",
      () => ({
        token: new RequestTokenSigner(files.tokenSecret, GATEWAY, AUDIENCE, () => Date.now() + 30_000).sign(
          get,
        ).token,
      }),
    ],
  ];
  test.each(cases)("%s", async (_name, attempt) => {
    const { status, headers, problem } = await send(attempt());
    expect(status).toBe(401);
    expect(headers["www-authenticate"]).toBe('Bearer error="invalid_token"');
    expect(problem?.["type"]).toBe("urn:apexmcp:problem:token-refused");
  });

  test("without any token", async () => {
    expect((await broker.app.inject(path)).statusCode).toBe(401);
  });

  test("when its token was used before", async () => {
    const { token } = signer().sign(get);
    expect((await send({ token })).status).toBe(503);
    expect((await send({ token })).status).toBe(401);
  });
});

test.each([
  "/v1/credentials/acme/..",
  "/v1/credentials/../acme",
  "/v1/credentials/acme/%2e%2e",
  "/v1/credentials/acme/%2E%2E%2Fother",
  "/v1/credentials/acme/a%2fb",
  "/v1/credentials/acme/a%00b",
  "/v1/credentials/acme/+",
  "/v1/credentials/acme/*",
  "/v1/credentials/acme/a%0ab",
  "/v1/credentials/acme/GitHub",
  "/v1/credentials/acme/git_hub",
  "/v1/credentials/acme/-github",
  "/v1/credentials/acme/github-",
  `/v1/credentials/acme/${"a".repeat(64)}`,
  "/v1/credentials/acme/%ef%bc%8e%ef%bc%8e",
  "/v1/credentials/acme/%zz",
  `/v1/credentials/acme/${"a".repeat(1000)}`,
  "/v1/credentials//github",
  "/v1/credentials/acme/github/",
  "/v1/credentials/acme/github/extra",
  "/v1/credentials/acme",
  "/v1/sys/health",
  "/V1/credentials/acme/github",
])("the name %s never gets to Vault", async (name) => {
  const { status, problem } = await send({ path: name });
  expect([400, 404]).toContain(status);
  expect(["invalid-name", "no-route", "bad-request"].map((code) => `urn:apexmcp:problem:${code}`)).toContain(
    problem?.["type"],
  );
});

describe("a body is refused", () => {
  test.each<[string, string]>([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["no version", '{"credential":{}}'],
    ["a negative version", '{"version":-1,"credential":{}}'],
    ["a fractional version", '{"version":0.5,"credential":{}}'],
    ["no credential", '{"version":0}'],
    ["a number as a field", '{"version":0,"credential":{"a":1}}'],
    ["an object as a field", '{"version":0,"credential":{"a":{}}}'],
    ["a field with a prototype's name", '{"version":0,"credential":{"__proto__":"x"}}'],
    ["another key", '{"version":0,"credential":{},"options":{"cas":9}}'],
  ])("with %s", async (_name, body) => {
    const { status, problem } = await send({ method: "PUT", body });
    expect([status, problem?.["type"]]).toEqual([400, "urn:apexmcp:problem:invalid-body"]);
  });

  test("beyond 64 KiB", async () => {
    const { status, problem } = await send({ method: "PUT", body: "x".repeat(64 * 1024 + 1) });
    expect([status, problem?.["type"]]).toEqual([413, "urn:apexmcp:problem:too-large"]);
  });

  test("of another type", async () => {
    const { status, problem } = await send({
      method: "PUT",
      body: "a=1",
      headers: { "content-type": "text/plain" },
    });
    expect([status, problem?.["type"]]).toEqual([415, "urn:apexmcp:problem:not-json"]);
  });

  test("when there is none", async () => {
    expect((await send({ method: "PUT" })).status).toBe(400);
  });
});

test("each access is one log line with action, connector, caller and id, refused ones with the reason", async () => {
  await send({});
  await send({ token: "x" });
  const lines = log.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ event }) => event);
  expect(lines).toEqual([
    expect.objectContaining({
      event: "credential.read",
      organisation: "acme",
      connector: "github",
      caller: GATEWAY,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      status: 503,
    }),
    expect.objectContaining({ event: "credential.read", refusal: "header", status: 401 }),
  ]);
  expect(lines[1]).not.toHaveProperty("caller");
});

test("no log line and no answer holds a token, a credential or the secret, however the request fails", async () => {
  // No digit first, as a JSON parser quotes the first ten characters of what begins like no value.
  const marker = `x${randomBytes(24).toString("hex")}`;
  const answers: unknown[] = [];
  for (const body of [
    marker,
    `{"version":0,"credential":{"key":"${marker}"}}`,
    `{"version":0,"credential":{"${marker}":{}}}`,
    `{"version":"${marker}"}`,
    `"${marker}`,
    marker.repeat(3000),
  ]) {
    answers.push(await send({ method: "PUT", body }), await send({ method: "PUT", body, token: marker }));
    answers.push(await send({ method: "PUT", body, headers: { "content-type": `text/${marker}` } }));
  }
  const { token } = signer().sign({ method: "GET", path });
  answers.push(await send({ token }), await send({ token }), await send({ token: token.slice(0, -1) }));
  broker.app.log.info(
    { headers: { authorization: marker }, credential: marker, nested: { token: marker } },
    "a slip",
  );
  const text = log.join("") + JSON.stringify(answers);
  expect(log.length).toBeGreaterThan(20);
  for (const secret of [marker.slice(0, 8), files.tokenSecret, token, token.split(".")[2]])
    expect(text).not.toContain(secret);
});

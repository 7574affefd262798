import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { InjectOptions } from "fastify";
import type { RealVault } from "../../../support/realVault";
import { ConnectorVault } from "../broker/connectorVault";
import { startVaultBroker, type VaultBroker } from "../broker/vaultBroker";
import { publicUrl, startGateway, type Gateway } from "../gatewayFixture";

jest.setTimeout(60_000);

let credentials: VaultBroker<RealVault>;
let gateway: Gateway;
let upstream: Server;
let received: IncomingHttpHeaders[];
let url: string;
let writer: string;
let reader: string;
let stranger: string;

const api = `${publicUrl}/api`;
const credentialText = randomBytes(24).toString("hex");
const credential = { authorization: `Bearer ${credentialText}` };

beforeAll(async () => {
  credentials = await startVaultBroker(ConnectorVault.start());
  upstream = createServer((request, response) => {
    received.push(request.headers);
    response.end("{}");
  }).listen(0, "127.0.0.1");
  await once(upstream, "listening");
  url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/mcp`;
  gateway = await startGateway(
    {
      RATE_LIMIT_PER_MINUTE: "100000",
      BROKER_URL: credentials.broker.address,
      ALLOW_HTTP_CONNECTORS: "true",
      EGRESS_ALLOW_CIDRS: "127.0.0.1",
    },
    credentials.files,
  );
  writer = await gateway.token(await gateway.createAgent(["connectors:write"], "acme"), api);
  reader = await gateway.token(await gateway.createAgent(["connectors:read"], "acme"), api);
  stranger = await gateway.token(await gateway.createAgent(["connectors:write"], "globex"), api);
}, 180_000);

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  upstream?.close();
  await credentials?.[Symbol.asyncDispose]();
});

beforeEach(() => (received = []));

interface Answer {
  status: number;
  body: Record<string, unknown>;
  text: string;
  headers: Record<string, unknown>;
}

async function call(
  method: InjectOptions["method"],
  path: string,
  body?: object,
  token = writer,
): Promise<Answer> {
  const response = await gateway.app.inject({
    method,
    url: `/api/connectors${path}`,
    headers: token === "" ? {} : { authorization: `Bearer ${token}` },
    ...(body && { body }),
  } as InjectOptions);
  const parsed = response.body === "" ? {} : response.json<Record<string, unknown>>();
  return { status: response.statusCode, body: parsed, text: response.body, headers: response.headers };
}

let names = 0;
const newName = () => `connector-${names++}`;
const create = (change: object = {}, token = writer) =>
  call("POST", "", { name: newName(), url, allowHttp: true, ...change }, token);

describe("/api/connectors", () => {
  test("creates, reads, changes and deletes a connector, and never returns its credential", async () => {
    const name = newName();
    const made = await create({ name, credential });
    expect([made.status, made.headers["location"]]).toEqual([201, `/api/connectors/${name}`]);
    expect(made.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      name,
      url,
      allowHttp: true,
      hasCredential: true,
      createdAt: expect.stringMatching(/Z$/) as string,
      updatedAt: expect.stringMatching(/Z$/) as string,
    });
    expect((await call("GET", `/${name}`, undefined, reader)).body).toEqual(made.body);

    const changed = await call("PATCH", `/${name}`, { url: `${url}/v2` });
    expect(changed.body).toMatchObject({ url: `${url}/v2`, hasCredential: true });
    expect((await call("DELETE", `/${name}`)).status).toBe(204);
    expect((await call("GET", `/${name}`)).status).toBe(404);
    for (const answer of [made, changed]) expect(answer.text).not.toContain(credentialText);
  });

  test("keeps the credential in Vault, and takes it away with the connector", async () => {
    const { body } = await create({ credential });
    const owner = (await gateway.pool.query("SELECT id FROM apexmcp.organisations WHERE name = 'acme'"))
      .rows[0] as {
      id: string;
    };
    const path = `connectors/data/${owner.id}/${String(body["id"])}`;
    expect(JSON.stringify((await credentials.vault.call("GET", path)).data)).toContain(credentialText);
    await call("DELETE", `/${String(body["name"])}`);
    await expect(credentials.vault.call("GET", path)).rejects.toThrow("404");
    const { rows } = await gateway.pool.query<{ text: string }>(
      "SELECT connectors::text AS text FROM apexmcp.connectors",
    );
    expect(rows.map(({ text }) => text).join()).not.toContain(credentialText);
  });

  test("sends the credential to the upstream, and only there", async () => {
    const { body } = await create({ credential });
    const tested = await call("POST", `/${String(body["name"])}/test`);
    expect(tested.body).toEqual({
      reached: true,
      status: 200,
      reason: null,
      durationMs: expect.any(Number) as number,
    });
    expect(received.map(({ authorization }) => authorization)).toEqual([credential.authorization]);
  });

  test("says why an upstream can't be reached", async () => {
    const { body } = await create({ url: "http://127.0.0.1:1/" });
    expect((await call("POST", `/${String(body["name"])}/test`)).body).toMatchObject({
      reached: false,
      status: null,
      reason: "ECONNREFUSED",
    });
  });

  test.each([
    ["https://169.254.169.254/latest/meta-data/", "link-local"],
    ["https://127.0.0.2/", "loopback"],
    ["https://vault:8200/", "no address"],
    ["https://user:pass@1.1.1.1/", "user information"],
    ["ftp://1.1.1.1/", "scheme"],
  ])("refuses %s when it is made and when it is changed, and records that", async (bad, reason) => {
    const name = newName();
    const refused = await create({ name, url: bad });
    expect([refused.status, refused.body["code"]]).toEqual([422, "url-refused"]);
    expect(refused.body["detail"]).toContain(reason);
    await create({ name });
    expect((await call("PATCH", `/${name}`, { url: bad })).status).toBe(422);
    const entries = (await gateway.auditEntries()).filter(({ connector }) => connector === name);
    expect(entries.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      "connector.create refused",
      "connector.create succeeded",
      "connector.update refused",
    ]);
  });

  test("records who reads them, too", async () => {
    const name = newName();
    await create({ name });
    await call("GET", `/${name}`);
    await call("GET", "?limit=1");
    const entries = (await gateway.auditEntries()).slice(-2);
    expect(entries.map(({ action, connector, outcome }) => [action, connector, outcome])).toEqual([
      ["connector.read", name, "succeeded"],
      ["connector.list", null, "succeeded"],
    ]);
  });

  test("refuses http unless the connector says so", async () => {
    expect((await create({ allowHttp: false })).status).toBe(422);
  });

  test("moves a credential to another origin only when it is given again", async () => {
    const name = newName();
    await create({ name, credential });
    const moved = { url: "https://1.1.1.1/mcp" };
    expect((await call("PATCH", `/${name}`, moved)).body).toMatchObject({
      code: "credential-needed",
      status: 409,
    });
    expect((await call("GET", `/${name}`)).body["url"]).toBe(url);
    expect((await call("PATCH", `/${name}`, { ...moved, credential })).status).toBe(200);
  });

  test("refuses a name that is taken, and leaves the other's credential alone", async () => {
    const name = newName();
    await create({ name, credential });
    expect((await create({ name, credential: { authorization: "other" } })).body).toMatchObject({
      code: "name-taken",
    });
    await call("POST", `/${name}/test`);
    expect(received[0]?.authorization).toBe(credential.authorization);
  });

  test("lists by name, in pages", async () => {
    const token = await gateway.token(await gateway.createAgent(["connectors:write"], "paged"), api);
    for (const name of ["c", "a", "e", "b", "d"]) await create({ name }, token);
    const page = async (query: string) => {
      const { body } = await call("GET", query, undefined, token);
      return { names: (body["items"] as { name: string }[]).map(({ name }) => name), next: body["next"] };
    };
    expect(await page("?limit=2")).toEqual({ names: ["a", "b"], next: "b" });
    expect(await page("?limit=2&after=b")).toEqual({ names: ["c", "d"], next: "d" });
    expect(await page("?limit=2&after=d")).toEqual({ names: ["e"], next: null });
    expect(await page("")).toEqual({ names: ["a", "b", "c", "d", "e"], next: null });
  });

  test("shows an organisation nothing of another's", async () => {
    const name = newName();
    await create({ name, credential });
    for (const [method, path] of [
      ["GET", ""],
      ["PATCH", ""],
      ["DELETE", ""],
      ["POST", "/test"],
    ] as const)
      expect(
        (await call(method, `/${name}${path}`, method === "PATCH" ? { url } : undefined, stranger)).status,
      ).toBe(404);
    expect((await call("GET", "", undefined, stranger)).body["items"]).toEqual([]);
    expect((await create({ name }, stranger)).status).toBe(201);
    expect((await call("GET", `/${name}`)).body["hasCredential"]).toBe(true);
  });

  test.each<[string, object]>([
    ["no URL", { url: undefined }],
    ["a name in capitals", { name: "GitHub" }],
    ["a name that climbs", { name: "../x" }],
    ["an unknown field", { organisationId: "x" }],
    ["a URL of another type", { url: 1 }],
    ["an empty credential", { credential: {} }],
    ["a credential that sets the host", { credential: { host: "vault" } }],
    ["a credential that smuggles", { credential: { "transfer-encoding": "chunked" } }],
    ["a credential with a line end", { credential: { authorization: "a\r\nx: y" } }],
    ["a credential with a number", { credential: { authorization: 1 } }],
  ])("refuses %s", async (_, change) => {
    const answer = await create(change);
    expect([answer.status, answer.body["code"]]).toEqual([400, "bad-request"]);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
  });

  test("answers 503 when the broker is away, and makes nothing", async () => {
    credentials.broker.kill("SIGSTOP");
    try {
      const name = newName();
      const answer = await create({ name, credential });
      expect([answer.status, answer.body["code"]]).toEqual([503, "unavailable"]);
      expect((await call("GET", `/${name}`)).status).toBe(404);
    } finally {
      credentials.broker.kill("SIGCONT");
    }
  });

  test("describes itself", async () => {
    const document = (await gateway.app.inject("/openapi.json")).json<{ openapi: string; paths: object }>();
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(["/api/connectors"]));
  });
});

describe("the API's authorisation", () => {
  const challenge = (scope: string) =>
    `Bearer resource_metadata="${publicUrl}/.well-known/oauth-protected-resource/api", scope="${scope}"`;

  test("answers 401 with a challenge to a request without a token", async () => {
    const answer = await call("GET", "", undefined, "");
    expect([answer.status, answer.headers["www-authenticate"]]).toEqual([401, challenge("connectors:read")]);
  });

  test("comes before the body is looked at", async () => {
    expect((await call("POST", "", { nonsense: true }, "")).status).toBe(401);
  });

  test("answers 401 to a bad token and to one for another resource", async () => {
    const agent = await gateway.createAgent(["mcp:*", "connectors:read"]);
    for (const token of ["x", `${reader}x`, await gateway.token(agent, `${publicUrl}/mcp/github`)]) {
      const answer = await call("GET", "", undefined, token);
      expect(answer.status).toBe(401);
      expect(answer.headers["www-authenticate"]).toContain('error="invalid_token"');
    }
  });

  test("answers 403 to a token without the scope", async () => {
    const answer = await create({}, reader);
    expect([answer.status, answer.headers["www-authenticate"]]).toEqual([
      403,
      `${challenge("connectors:write")}, error="insufficient_scope"`,
    ]);
  });

  test("refuses a token in the URL, even beside a good one", async () => {
    expect((await call("GET", `?access_token=${reader}`, undefined, reader)).status).toBe(400);
  });

  test("records each refusal, with no token in it", async () => {
    const before = (await gateway.auditEntries()).length;
    const refused = await create({}, reader);
    const [entry] = (await gateway.auditEntries()).slice(before);
    expect(entry).toMatchObject({
      action: "request.authorise",
      outcome: "refused",
      request_id: refused.headers["x-request-id"],
      detail: { reason: "scope", scope: "connectors:write" },
    });
    expect(JSON.stringify(await gateway.auditEntries())).not.toMatch(/eyJ|apexmcp_/);
  });

  test("gives each agent a budget of its own, wherever its requests come from", async () => {
    const limited = await startGateway({ AGENT_RATE_LIMIT_PER_MINUTE: "2" });
    try {
      const ask = async (token: string, remoteAddress: string) =>
        limited.app.inject({
          url: "/api/connectors",
          headers: { authorization: `Bearer ${token}` },
          remoteAddress,
        });
      const token = await limited.token(await limited.createAgent(["connectors:read"]), api);
      const statuses = [];
      for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3"])
        statuses.push((await ask(token, address)).statusCode);
      expect(statuses).toEqual([200, 200, 429]);
      const other = await limited.token(await limited.createAgent(["connectors:read"]), api);
      expect((await ask(other, "192.0.2.3")).statusCode).toBe(200);
      expect((await ask(token, "192.0.2.3")).headers["retry-after"]).toMatch(/^[1-9]\d?$/);
    } finally {
      await limited[Symbol.asyncDispose]();
    }
  });
});

import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import type { FastifyInstance, InjectOptions } from "fastify";
import { buildApp } from "../../../apps/gateway/src/app";
import { AgentTokens } from "../../../apps/gateway/src/auth/agentTokens";
import { AuditPool } from "./auditPool";
import { createInjection, patientConfig, type Injection } from "./injection";

// Waits for real sockets, which a busy machine makes slow.
jest.setTimeout(60_000);

const publicUrl = "https://mcp.example";
let injection: Injection;
let database: AuditPool;
let app: FastifyInstance;
let secret: string;

beforeAll(async () => {
  injection = createInjection();
  const config = patientConfig({
    ...injection.environment,
    ...{ PUBLIC_URL: publicUrl, RATE_LIMIT_PER_MINUTE: "100000" },
  });
  secret = config.secrets.OAUTH_JWT_SECRET;
  database = new AuditPool();
  app = await buildApp({ ...config, limits: { ...config.limits, requestTime: 2000 } }, database.pool);
  await app.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  await app.close();
  injection.remove();
});
beforeEach(() => database.entries.splice(0));

/** What comes back over a connection of its own until the gateway ends it. */
async function send(bytes: string | Buffer): Promise<string> {
  const socket = connect((app.server.address() as AddressInfo).port, "127.0.0.1");
  await once(socket, "connect");
  socket.on("error", () => undefined);
  socket.write(bytes);
  return text(socket);
}

const post = "POST /oauth/token HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n";
const form = `${post}Content-Type: application/x-www-form-urlencoded\r\n`;

describe("what is no request of HTTP", () => {
  test.each<[string, string, number, string]>([
    [
      "two lengths that differ",
      `${form}Content-Length: 1\r\nContent-Length: 2\r\n\r\na=`,
      400,
      "bad-request",
    ],
    [
      "a length beside chunks",
      `${form}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      "bad-request",
    ],
    ["chunks under another name", `${form}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 400, "bad-request"],
    ["chunks of no size", `${form}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 400, "bad-request"],
    ["a length that isn't one", `${form}Content-Length: -1\r\n\r\n`, 400, "bad-request"],
    ["another protocol", "\x16\x03\x01\x02\x00\x01\r\n\r\n", 400, "bad-request"],
    ["a header of 20 KB", `${post}X: ${"x".repeat(20_000)}\r\n\r\n`, 431, "headers-too-large"],
    ["a flood of headers", `${post}${"X: y\r\n".repeat(5000)}\r\n`, 431, "headers-too-large"],
    ["a tunnel", "CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: gateway\r\n\r\n", 400, "bad-request"],
    [
      "a wish that nobody grants",
      `${post.replace("oauth/token", "x")}Expect: 200-ok\r\n\r\n`,
      404,
      "not-found",
    ],
    ["another protocol's beginning", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "bad-request"],
    ["a body that doesn't come", `${form}Content-Length: 10\r\n\r\na`, 408, "too-slow"],
    ["headers that don't end", post, 408, "too-slow"],
  ])("is refused, told why, and in the audit log: %s", async (_, bytes, status, code) => {
    const answer = await send(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain("application/problem+json");
    expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")))).toMatchObject({ code, status });
    const detail = expect.objectContaining({ code, address: "127.0.0.1" }) as object;
    expect(database.entries).toContainEqual(
      expect.objectContaining({ action: "request.refuse", outcome: "refused", detail }),
    );
    expect((await app.inject("/healthz")).statusCode).toBe(200);
  });

  test("can't hide a second request behind one whose length is in doubt", async () => {
    const hidden = "GET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n";
    for (const doubt of [
      `Content-Length: ${hidden.length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
      "Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n",
      "Transfer-Encoding:\tidentity, chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
      "Content-Length: 0\r\n Transfer-Encoding: chunked\r\n\r\n",
    ]) {
      const answer = await send(`${form.replace("close", "keep-alive")}${doubt}${hidden}`);
      expect(answer.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  test("never ends the process, whatever bytes come", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 400 }), async (bytes) => {
        const answer = await send(Buffer.concat([Buffer.from(bytes), Buffer.from("\r\n\r\n\r\n\r\n")]));
        expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
      }),
      { numRuns: 100 },
    );
    expect((await app.inject("/healthz")).statusCode).toBe(200);
  });
});

describe("a request that can't be meant", () => {
  test.each<[string, InjectOptions, number, string]>([
    ["an unknown path", { url: "/admin" }, 404, "not-found"],
    ["a path out of bounds", { url: "/../../etc/passwd" }, 404, "not-found"],
    ["an encoded NUL", { url: "/mcp/x%00y" }, 404, "not-found"],
    ["an unknown method", { method: "PUT", url: "/oauth/token" }, 404, "not-found"],
    ["a malformed path", { url: "/%zz" }, 400, "bad-request"],
    ["a very long path", { url: `/${"x".repeat(10_000)}` }, 404, "not-found"],
    ["a very long name", { url: `/mcp/${"x".repeat(10_000)}` }, 400, "bad-request"],
    [
      "another type of body",
      { method: "POST", url: "/oauth/token", headers: { "content-type": "text/xml" }, body: "<a/>" },
      415,
      "unsupported-media-type",
    ],
    [
      "malformed JSON",
      { method: "POST", url: "/oauth/token", headers: { "content-type": "application/json" }, body: "{" },
      400,
      "bad-request",
    ],
    [
      "a huge body",
      {
        method: "POST",
        url: "/oauth/token",
        headers: { "content-type": "application/json" },
        body: `"${"x".repeat(2 ** 20)}"`,
      },
      413,
      "too-large",
    ],
  ])("is refused with a code: %s", async (_, request, status, code) => {
    const response = await app.inject(request);
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([status, code]);
    expect(database.entries).toContainEqual(
      expect.objectContaining({ detail: expect.objectContaining({ code }) as object }),
    );
  });
});

describe("a token of a wrong kind", () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const sign = (input: string, key: string) =>
    `${input}.${createHmac("sha256", key).update(input).digest("base64url")}`;
  const claims = (changes: object = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const id = "7c2f5c0e-2a51-4f0e-9d5e-0d1c8a0d6b11";
    return encode({
      ...{
        iss: publicUrl,
        sub: id,
        client_id: id,
        org: id,
        aud: `${publicUrl}/api`,
        scope: "connectors:read",
      },
      ...{ iat: now, exp: now + 60, jti: randomUUID(), ...changes },
    });
  };
  const header = encode({ alg: "HS256", typ: "at+jwt" });
  const own = (changes?: object) => `Bearer ${sign(`${header}.${claims(changes)}`, secret)}`;
  const agent = { agentId: randomUUID(), organisationId: randomUUID(), scopes: ["connectors:read"] };

  test.each<[string, () => string | undefined]>([
    ["none", () => undefined],
    ["an empty one", () => "Bearer "],
    ["a password", () => `Basic ${Buffer.from("a:b").toString("base64")}`],
    ["two in one", () => "Bearer a b"],
    ["a single dot", () => "Bearer ."],
    ["a very long one", () => `Bearer ${"x".repeat(12_000)}`],
    ["one without a signature", () => `Bearer ${header}.${claims()}.`],
    ["one of no algorithm", () => `Bearer ${encode({ alg: "none", typ: "at+jwt" })}.${claims()}.`],
    [
      "one signed by the article's secret",
      () => `Bearer ${sign(`${header}.${claims()}`, "dev-oauth-jwt-secret-change-in-prod")}`,
    ],
    ["an expired one", () => own({ iat: 1, exp: 2 })],
    ["one from the future", () => own({ iat: 4e9, exp: 4e9 + 60 })],
    ["one that lives too long", () => own({ exp: 4e9 })],
    ["another issuer's", () => own({ iss: "https://evil.example" })],
    ["a connector's", () => own({ aud: `${publicUrl}/mcp/github` })],
    ["one of several audiences", () => own({ aud: [`${publicUrl}/api`] })],
    [
      "another gateway's",
      () =>
        `Bearer ${new AgentTokens({ current: "x".repeat(40) }, publicUrl).issue({ ...agent, resource: `${publicUrl}/api` })}`,
    ],
  ])("is refused with 401, a challenge and an entry: %s", async (_, authorization) => {
    const value = authorization();
    const response = await app.inject({
      url: "/api/connectors",
      headers: { ...(value !== undefined && { authorization: value }) },
    });
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([401, "unauthenticated"]);
    expect(response.headers["www-authenticate"]).toMatch(
      /^Bearer resource_metadata="https:\/\/mcp\.example\/\.well-known\/oauth-protected-resource\/api", scope="connectors:read"/,
    );
    expect(database.entries).toContainEqual(expect.objectContaining({ action: "request.authorise" }));
    expect(JSON.stringify(database.entries)).not.toMatch(/eyJ|xxxx/);
  });

  test("is refused whatever text stands in the header", async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[\x20-\x7e]{0,200}$/), async (authorization) => {
        const response = await app.inject({ url: "/api/connectors", headers: { authorization } });
        expect(response.statusCode).toBe(401);
      }),
      { numRuns: 300 },
    );
  });
});

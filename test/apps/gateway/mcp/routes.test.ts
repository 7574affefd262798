import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { request } from "undici";
import { call, name, result, startCalls } from "./calls";
import { publicUrl } from "./mcpGateway";

const calls = startCalls();
const { send } = calls;

describe("a tool call", () => {
  test("reaches the upstream byte for byte, and its answer the agent", async () => {
    const body = ` { "jsonrpc" : "2.0", "id": 12345678901234567890, "method":"tools/call", "params":{"name":"search","arguments":{"n":1.0,"n":2}}}\n`;
    const answered = await send(body);
    expect([answered.status, answered.text]).toEqual([200, result]);
    expect(calls.received.map(({ method, body: got }) => [method, got])).toEqual([["POST", body]]);
    expect(answered.headers).toMatchObject({
      "content-type": "application/json",
      "strict-transport-security": expect.any(String) as string,
      "x-request-id": expect.any(String) as string,
      "cache-control": "no-store",
      "ratelimit-limit": "1000000",
    });
  });

  test("is in the audit log, without its arguments", async () => {
    await send(call);
    expect(calls.gateway.entries).toEqual([
      {
        actor: `agent:${calls.gateway.agent.agentId}`,
        action: "tool.call",
        connector: name,
        tool: "search",
        outcome: "succeeded",
        detail: { method: "tools/call", status: 200 },
      },
    ]);
    expect(JSON.stringify(calls.gateway.entries)).not.toContain("the argument");
  });

  test("shows the upstream nothing of the agent's but what MCP needs", async () => {
    await send(call, {
      headers: {
        cookie: "a=b",
        "x-forwarded-for": "1.2.3.4",
        "x-api-key": "k",
        "proxy-authorization": "Basic x",
        te: "trailers",
        "mcp-param-region": "x",
        "mcp-method": "other",
        "user-agent": "agent",
        "accept-encoding": "gzip",
      },
    });
    const sent = Object.keys(calls.received[0]?.headers ?? {}).sort();
    expect(sent).toEqual([
      "accept",
      "accept-encoding",
      "connection",
      "content-length",
      "content-type",
      "host",
    ]);
    expect(calls.received[0]?.headers["accept-encoding"]).toBe("identity");
  });

  test("shows the agent nothing of the upstream's but what MCP needs", async () => {
    calls.answer = (_, response) =>
      response
        .writeHead(200, {
          "content-type": "application/json",
          "set-cookie": "a=b",
          server: "x",
          "access-control-allow-origin": "*",
          "strict-transport-security": "max-age=0",
        })
        .end(result);
    const { headers } = await send(call);
    expect(headers).not.toHaveProperty("set-cookie");
    expect(headers).not.toHaveProperty("server");
    expect(headers).not.toHaveProperty("access-control-allow-origin");
    expect(headers["strict-transport-security"]).toMatch(/^max-age=31536000/);
  });

  test("needs the tool's scope, and is told which", async () => {
    const as = { scopes: [`mcp:${name}:search`] };
    expect((await send(call, { as })).status).toBe(200);
    const refused = await send({ ...call, params: { name: "delete" } }, { as });
    expect([refused.status, refused.json().code]).toEqual([403, "forbidden"]);
    expect(refused.headers["www-authenticate"]).toBe(
      `Bearer resource_metadata="${publicUrl}/.well-known/oauth-protected-resource/mcp/${name}", scope="mcp:${name}:delete", error="insufficient_scope"`,
    );
    expect(calls.received).toHaveLength(1);
    expect(calls.gateway.entries.at(-1)).toMatchObject({
      action: "request.authorise",
      outcome: "refused",
      tool: "delete",
      connector: name,
    });
  });

  test("that can't be made, since its credential can't be had, is in the audit log as failed", async () => {
    calls.gateway.connect("locked", calls.upstream.url, { hasCredential: true });
    const refused = await send(call, {
      connector: "locked",
      headers: { authorization: `Bearer ${calls.gateway.token("locked")}` },
    });
    expect([refused.status, refused.json().code, calls.received]).toEqual([503, "unavailable", []]);
    expect(calls.gateway.entries).toMatchObject([
      {
        actor: `agent:${calls.gateway.agent.agentId}`,
        ...{ action: "tool.call", connector: "locked", tool: "search", outcome: "failed" },
        detail: { code: "unavailable" },
      },
    ]);
  });

  test("that fails at the upstream is told as it is, and recorded so", async () => {
    calls.answer = (_, response) =>
      response.writeHead(400, { "content-type": "application/json" }).end('{"jsonrpc":"2.0"}');
    expect(await send(call)).toMatchObject({ status: 400, text: '{"jsonrpc":"2.0"}' });
    expect(calls.gateway.entries[0]).toMatchObject({ outcome: "failed", detail: { status: 400 } });
  });
});

describe("nobody gets in", () => {
  const challenge = `Bearer resource_metadata="${publicUrl}/.well-known/oauth-protected-resource/mcp/${name}", scope="mcp:${name}"`;

  test.each(["POST", "GET", "DELETE"] as const)("without a token: %s", async (method) => {
    const body = method === "POST" ? call : undefined;
    const refused = await send(body, {
      method,
      headers: {
        authorization: undefined,
        "content-type": method === "POST" ? "application/json" : undefined,
      },
    });
    expect([refused.status, refused.headers["www-authenticate"]]).toEqual([401, challenge]);
    expect(calls.gateway.entries).toMatchObject([
      { action: "request.authorise", outcome: "refused", connector: name },
    ]);
  });

  test("with a token for another connector, or with one in the URL", async () => {
    const other = { authorization: `Bearer ${calls.gateway.token("gitlab")}` };
    expect((await send(call, { headers: other })).status).toBe(401);
    const response = await request(
      `${calls.gateway.url(name).href}?access_token=${calls.gateway.token(name)}`,
      {
        method: "POST",
      },
    );
    expect(response.statusCode).toBe(400);
    expect(calls.received).toEqual([]);
  });

  test("with a token that has no scope of the connector's", async () => {
    expect((await send(call, { as: { scopes: ["connectors:write"] } })).status).toBe(403);
  });

  test("from a web page of a foreign origin", async () => {
    const refused = await send(call, { headers: { origin: "https://evil.example" } });
    expect([refused.status, refused.json().code]).toEqual([403, "origin-refused"]);
    expect((await send(call, { headers: { origin: "https://app.example" } })).status).toBe(200);
  });

  test("to a connector that isn't the organisation's, or isn't one at all", async () => {
    calls.gateway.connect("other", calls.upstream.url);
    const token = (connector: string, organisation?: string) => ({
      authorization: `Bearer ${calls.gateway.token(connector, { agent: calls.gateway.newAgent(organisation) })}`,
    });
    const stranger = await send(call, {
      connector: "other",
      headers: token("other", "7b4a1a4e-2f6f-4f5e-9d4e-0d1b8c2a3e4f"),
    });
    expect([stranger.status, stranger.json().code]).toEqual([404, "not-found"]);
    expect((await send(call, { connector: "nothing", headers: token("nothing") })).status).toBe(404);
    for (const bad of ["..", "A", "%22%0d%0ax", "x".repeat(64)])
      expect((await send(call, { connector: bad })).status).toBe(404);
  });
});

describe("a bad message", () => {
  test.each<[string, unknown, Record<string, string>, number, number | string]>([
    ["malformed JSON", '{"jsonrpc"', {}, 400, -32700],
    ["nothing", "", {}, 400, -32700],
    ["a batch", [call, call], {}, 400, -32600],
    ["an unknown version", call, { "mcp-protocol-version": "1900-01-01" }, 400, -32022],
    [
      "headers of another tool",
      call,
      { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/list" },
      400,
      -32602,
    ],
    ["a session nobody has", call, { "mcp-session-id": "guessed" }, 404, -32001],
    ["another content type", "<a/>", { "content-type": "text/xml" }, 415, "unsupported-media-type"],
    ["a huge body", "x".repeat(70_000), {}, 413, "too-large"],
  ])("of %s is refused, recorded, and goes nowhere", async (_, body, headers, status, code) => {
    const refused = await send(body, { headers });
    const { error, code: problem } = refused.json();
    expect([refused.status, error?.code ?? problem]).toEqual([status, code]);
    expect(calls.received).toEqual([]);
    expect(calls.gateway.entries).toMatchObject([
      { outcome: "refused", actor: `agent:${calls.gateway.agent.agentId}` },
    ]);
  });

  test("is answered with the id it has, and what would do", async () => {
    const refused = await send(call, { headers: { "mcp-protocol-version": "2030-01-01" } });
    expect(refused.json()).toMatchObject({
      id: 1,
      error: {
        data: { requested: "2030-01-01", supported: expect.arrayContaining(["2026-07-28"]) as string[] },
      },
    });
  });

  test("that contradicts its own length doesn't hold the gateway up", async () => {
    const socket = connect(Number(new URL(calls.gateway.address).port), "127.0.0.1");
    const { authorization } = calls.gateway.headers(name);
    socket.write(
      `POST /mcp/${name} HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
    );
    const answered = await text(socket);
    expect(answered).toMatch(/^HTTP\/1\.1 400 /);
    expect(calls.received).toEqual([]);
  });
});

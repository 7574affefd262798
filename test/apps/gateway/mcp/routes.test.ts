import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { text } from "node:stream/consumers";
import { request, type Dispatcher } from "undici";
import { McpGateway, publicUrl, startUpstream, until, type TestUpstream } from "./mcpGateway";

interface Received {
  method: string;
  headers: IncomingHttpHeaders;
  body: string;
}

let gateway: McpGateway;
let upstream: TestUpstream;
let received: Received[];
let answer: RequestListener;

const name = "github";
const call = {
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name: "search", arguments: { query: "the argument" } },
};
const result = JSON.stringify({ jsonrpc: "2.0", id: 1, result: { content: [] } });

beforeAll(async () => {
  gateway = await McpGateway.start({ CORS_ORIGINS: "https://app.example", MAX_BODY_BYTES: "65536" });
  upstream = await startUpstream((incoming: IncomingMessage, response: ServerResponse) => {
    incoming.on("error", () => undefined);
    void text(incoming).then(
      (body) => {
        received.push({ method: incoming.method ?? "", headers: incoming.headers, body });
        answer(incoming, response);
      },
      () => undefined,
    );
  });
  gateway.connect(name, upstream.url);
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

beforeEach(() => {
  received = [];
  gateway.entries.length = 0;
  answer = (_, response) => response.writeHead(200, { "content-type": "application/json" }).end(result);
});

interface Options {
  headers?: Record<string, string | undefined>;
  method?: "GET" | "POST" | "DELETE";
  connector?: string;
  as?: Parameters<McpGateway["token"]>[1];
}

async function send(body: unknown, { headers, method = "POST", connector = name, as }: Options = {}) {
  const response = await open(body, { headers, method, connector, as });
  const content = await response.body.text();
  return {
    status: response.statusCode,
    headers: response.headers,
    text: content,
    json: () =>
      JSON.parse(content) as { code?: string; id?: unknown; error?: { code: number; data?: object } },
  };
}

function open(
  body: unknown,
  { headers = {}, method = "POST", connector = name, as }: Options = {},
): Promise<Dispatcher.ResponseData> {
  const all = Object.entries({ ...gateway.headers(name, as), ...headers }).filter(
    ([, value]) => value !== undefined,
  );
  return request(gateway.url(connector), {
    method,
    headers: Object.fromEntries(all) as Record<string, string>,
    body:
      body === undefined
        ? null
        : typeof body === "string" || Buffer.isBuffer(body)
          ? body
          : JSON.stringify(body),
  });
}

const recorded = () => gateway.entries.map(({ action, outcome }) => `${action} ${outcome}`);

describe("a tool call", () => {
  test("reaches the upstream byte for byte, and its answer the agent", async () => {
    const body = ` { "jsonrpc" : "2.0", "id": 12345678901234567890, "method":"tools/call", "params":{"name":"search","arguments":{"n":1.0,"n":2}}}\n`;
    const answered = await send(body);
    expect([answered.status, answered.text]).toEqual([200, result]);
    expect(received.map(({ method, body: got }) => [method, got])).toEqual([["POST", body]]);
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
    expect(gateway.entries).toEqual([
      {
        actor: `agent:${gateway.agent.agentId}`,
        action: "tool.call",
        connector: name,
        tool: "search",
        outcome: "succeeded",
        detail: { method: "tools/call", status: 200 },
      },
    ]);
    expect(JSON.stringify(gateway.entries)).not.toContain("the argument");
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
    const sent = Object.keys(received[0]?.headers ?? {}).sort();
    expect(sent).toEqual([
      "accept",
      "accept-encoding",
      "connection",
      "content-length",
      "content-type",
      "host",
    ]);
    expect(received[0]?.headers["accept-encoding"]).toBe("identity");
  });

  test("shows the agent nothing of the upstream's but what MCP needs", async () => {
    answer = (_, response) =>
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
    expect(received).toHaveLength(1);
    expect(gateway.entries.at(-1)).toMatchObject({
      action: "request.authorise",
      outcome: "refused",
      tool: "delete",
      connector: name,
    });
  });

  test("that fails at the upstream is told as it is, and recorded so", async () => {
    answer = (_, response) =>
      response.writeHead(400, { "content-type": "application/json" }).end('{"jsonrpc":"2.0"}');
    expect(await send(call)).toMatchObject({ status: 400, text: '{"jsonrpc":"2.0"}' });
    expect(gateway.entries[0]).toMatchObject({ outcome: "failed", detail: { status: 400 } });
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
    expect(gateway.entries).toMatchObject([
      { action: "request.authorise", outcome: "refused", connector: name },
    ]);
  });

  test("with a token for another connector, or with one in the URL", async () => {
    const other = { authorization: `Bearer ${gateway.token("gitlab")}` };
    expect((await send(call, { headers: other })).status).toBe(401);
    const response = await request(`${gateway.url(name).href}?access_token=${gateway.token(name)}`, {
      method: "POST",
    });
    expect(response.statusCode).toBe(400);
    expect(received).toEqual([]);
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
    gateway.connect("other", upstream.url);
    const token = (connector: string, organisation?: string) => ({
      authorization: `Bearer ${gateway.token(connector, { agent: gateway.newAgent(organisation) })}`,
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
    expect(received).toEqual([]);
    expect(gateway.entries).toMatchObject([{ outcome: "refused", actor: `agent:${gateway.agent.agentId}` }]);
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
    const socket = connect(Number(new URL(gateway.address).port), "127.0.0.1");
    const { authorization } = gateway.headers(name);
    socket.write(
      `POST /mcp/${name} HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
    );
    const answered = await text(socket);
    expect(answered).toMatch(/^HTTP\/1\.1 400 /);
    expect(received).toEqual([]);
  });
});

describe("a session", () => {
  const session = async (as?: Options["as"]) => {
    answer = (_, response) =>
      response
        .writeHead(200, { "content-type": "application/json", "mcp-session-id": "upstream-id" })
        .end(result);
    const { headers } = await send({ ...call, method: "initialize" }, { as });
    return String(headers["mcp-session-id"]);
  };

  test("has another id for the agent than for the upstream", async () => {
    const id = await session();
    expect(id).not.toContain("upstream-id");
    for (const method of ["POST", "GET", "DELETE"] as const)
      await send(method === "POST" ? call : undefined, {
        method,
        headers: { "mcp-session-id": id, ...(method !== "POST" && { "content-type": undefined }) },
      });
    expect(received.slice(1).map(({ method, headers }) => [method, headers["mcp-session-id"]])).toEqual([
      ["POST", "upstream-id"],
      ["GET", "upstream-id"],
      ["DELETE", "upstream-id"],
    ]);
    expect(recorded()).toEqual([
      "mcp.message succeeded",
      "tool.call succeeded",
      "mcp.stream succeeded",
      "mcp.session_end succeeded",
    ]);
  });

  test("is not found by another agent, nor at another connector, nor by its upstream id", async () => {
    gateway.connect("gitlab", upstream.url);
    const id = await session();
    const before = received.length;
    const stolen = { "mcp-session-id": id };
    const statuses = [
      await send(call, { headers: stolen, as: { agent: gateway.newAgent() } }),
      await send(call, {
        connector: "gitlab",
        headers: { ...stolen, authorization: `Bearer ${gateway.token("gitlab")}` },
      }),
      await send(call, { headers: { "mcp-session-id": "upstream-id" } }),
      await send(undefined, {
        method: "DELETE",
        headers: { ...stolen, "content-type": undefined },
        as: { agent: gateway.newAgent() },
      }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([404, 404, 404, 404]);
    expect(received).toHaveLength(before);
  });

  test("is resumed where the agent says, by the agent that got the event, and by nobody else", async () => {
    const [own, other] = [undefined, { agent: gateway.newAgent() }];
    const sessions = [await session(own), await session(other)];
    answer = (_, response) =>
      response.writeHead(200, { "content-type": "text/event-stream" }).end("id: 41\ndata: x\n\n");
    const eventId = /^id: (.*)\ndata: x\n\n$/.exec((await send(call)).text)?.[1] ?? "";
    expect(eventId).toMatch(/^[\w-]{30,}$/);
    const resume = (as: Options["as"], sessionId: string, lastEventId: string) => {
      const headers = {
        "mcp-session-id": sessionId,
        "last-event-id": lastEventId,
        "content-type": undefined,
      };
      return send(undefined, { method: "GET", headers, as });
    };
    expect((await resume(own, sessions[0]!, eventId)).status).toBe(200);
    expect(received.at(-1)?.headers["last-event-id"]).toBe("41");
    const before = received.length;
    for (const refused of [await resume(other, sessions[1]!, eventId), await resume(own, sessions[0]!, "41")])
      expect([refused.status, refused.json().error?.code]).toEqual([400, -32600]);
    expect(received).toHaveLength(before);
    expect(recorded()).toContain("mcp.refuse refused");
  });

  test("means nothing in the stateless era", async () => {
    answer = (_, response) =>
      response.writeHead(200, { "content-type": "application/json", "mcp-session-id": "x" }).end(result);
    const meta = { "io.modelcontextprotocol/protocolVersion": "2026-07-28" };
    const answered = await send(
      { ...call, params: { ...call.params, _meta: meta } },
      {
        headers: {
          "mcp-session-id": "anything",
          "last-event-id": "1",
          "mcp-protocol-version": "2026-07-28",
          "mcp-method": "tools/call",
          "mcp-name": "search",
          "mcp-param-region": "eu",
        },
      },
    );
    expect(answered.status).toBe(200);
    expect(answered.headers).not.toHaveProperty("mcp-session-id");
    expect(received[0]?.headers).toMatchObject({
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "search",
      "mcp-param-region": "eu",
    });
    expect(received[0]?.headers).not.toHaveProperty("mcp-session-id");
    expect(received[0]?.headers).not.toHaveProperty("last-event-id");
  });
});

describe("a stream", () => {
  const stream = { "content-type": "text/event-stream" };

  test("comes as it is sent, event by event", async () => {
    let next: () => void = () => undefined;
    answer = (_, response) => {
      response.writeHead(200, stream).flushHeaders();
      let events = 0;
      next = () => void (events++ < 3 ? response.write(`data: ${events}\n\n`) : response.end());
    };
    const { body, headers } = await open(call);
    expect(headers["content-type"]).toBe("text/event-stream");
    const chunks: string[] = [];
    body.on("data", (chunk: Buffer) => chunks.push(chunk.toString()));
    for (let count = 1; count <= 3; count++) {
      next();
      await until(() => chunks.length === count);
    }
    next();
    await once(body, "end");
    expect(chunks).toEqual(["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"]);
    await until(() => gateway.entries.length === 2);
    expect(gateway.entries).toMatchObject([
      { action: "tool.call", outcome: "succeeded", detail: { status: 200 } },
      { action: "tool.call.end", outcome: "succeeded", detail: { end: "complete" }, tool: "search" },
    ]);
  });

  test("that the agent leaves is ended at the upstream", async () => {
    let closed = false;
    answer = (_, response) => {
      response.writeHead(200, stream).write("data: 1\n\n");
      response.on("close", () => (closed = true));
    };
    const { body } = await open(call);
    body.on("error", () => undefined);
    await once(body, "data");
    body.destroy();
    await until(() => closed);
    await until(() => recorded().includes("tool.call.end succeeded"));
    expect(gateway.entries.at(-1)?.detail).toMatchObject({ end: "cancelled" });
  });

  test("that the upstream breaks off breaks off for the agent too", async () => {
    answer = (_, response) => {
      response.writeHead(200, stream).write("data: 1\n\n");
      setTimeout(() => response.destroy(), 50);
    };
    const { body } = await open(call);
    await expect(body.text()).rejects.toThrow(/terminated|closed|aborted|other side/i);
    await until(() => recorded().includes("tool.call.end failed"));
  });

  test("waits for a slow agent, instead of filling the memory", async () => {
    const total = 256 << 20;
    let sent = 0;
    answer = (_, response) => {
      response.writeHead(200, stream);
      const chunk = Buffer.alloc(1 << 16, "x");
      const push = () => {
        while (sent < total && response.write(chunk)) sent += chunk.length;
        if (sent < total) sent += chunk.length;
      };
      response.on("drain", push);
      push();
    };
    const { body } = await open(call);
    body.on("error", () => undefined);
    await once(body, "readable");
    // It stops within what sockets hold.
    for (let before = -1; before !== sent; await sleep(300)) before = sent;
    expect(sent).toBeLessThan(total / 4);
    let got = 0;
    body.on("data", (chunk: Buffer) => (got += chunk.length));
    const stopped = sent;
    await until(() => got > stopped);
    body.destroy();
    await until(() => recorded().includes("tool.call.end succeeded"));
  });
});

describe("an upstream that", () => {
  const statusOf = async (listener: RequestListener) => {
    answer = listener;
    const answered = await send(call);
    return [answered.status, answered.json().code];
  };

  test.each<[string, RequestListener]>([
    ["hangs up", (incoming) => incoming.socket.destroy()],
    ["speaks no HTTP", (incoming) => incoming.socket.end("SSH-2.0\r\n\r\n")],
    [
      "redirects to metadata",
      (_, response) =>
        response.writeHead(307, { location: "http://169.254.169.254/latest/meta-data/" }).end(),
    ],
    ["redirects a POST into a GET", (_, response) => response.writeHead(302, { location: "/other" }).end()],
    ["redirects without an end", (_, response) => response.writeHead(308, { location: "/mcp" }).end()],
    ["redirects to nowhere", (_, response) => response.writeHead(304).end()],
    [
      "wants other credentials",
      (_, response) => response.writeHead(401, { "www-authenticate": "Bearer" }).end(),
    ],
    ["sends endless headers", (_, response) => response.writeHead(200, { x: "y".repeat(100_000) }).end()],
  ])("%s is a bad gateway, and recorded", async (_, listener) => {
    expect(await statusOf(listener)).toEqual([502, "upstream-failed"]);
    expect(gateway.entries).toMatchObject([
      { action: "tool.call", outcome: "failed", detail: { reason: "upstream-failed" } },
    ]);
  });

  test("isn't there is a bad gateway", async () => {
    gateway.connect("gone", "http://127.0.0.1:1/mcp");
    const answered = await send(call, {
      connector: "gone",
      headers: { authorization: `Bearer ${gateway.token("gone")}` },
    });
    expect([answered.status, answered.headers["www-authenticate"]]).toEqual([502, undefined]);
  });

  test("never shows the agent its own challenge", async () => {
    answer = (_, response) => response.writeHead(401, { "www-authenticate": "Bearer" }).end();
    expect((await send(call)).headers).not.toHaveProperty("www-authenticate");
  });

  test("moved within its origin is followed", async () => {
    answer = (incoming, response) =>
      incoming.url === "/mcp"
        ? response.writeHead(307, { location: "/mcp/" }).end("moved")
        : response.writeHead(200, { "content-type": "application/json" }).end(result);
    expect((await send(call)).text).toBe(result);
    expect(received.map(({ body }) => body)).toEqual([JSON.stringify(call), JSON.stringify(call)]);
  });

  test("lies about its length is cut off", async () => {
    answer = (incoming) =>
      incoming.socket.end(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{}`,
      );
    const { body } = await open(call);
    await expect(body.text()).rejects.toThrow();
    await until(() => recorded().includes("tool.call.end failed"));
  });

  test("sends early hints is waited for", async () => {
    answer = (incoming) =>
      incoming.socket.end(
        `HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`,
      );
    expect((await send(call)).text).toBe("{}");
  });

  test("accepts a notification is heard", async () => {
    answer = (_, response) => response.writeHead(202).end();
    const accepted = await send({ jsonrpc: "2.0", method: "notifications/initialized" });
    expect([accepted.status, accepted.text]).toEqual([202, ""]);
  });

  test("hasn't answered when the agent leaves is told so", async () => {
    let closed = false;
    answer = (_, response) => response.on("close", () => (closed = true));
    const leaving = new AbortController();
    const left = request(gateway.url(name), {
      method: "POST",
      headers: gateway.headers(name),
      body: JSON.stringify(call),
      signal: leaving.signal,
    });
    left.catch(() => undefined);
    await until(() => received.length === 1);
    leaving.abort();
    await until(() => closed);
    await until(() => gateway.entries.length === 1);
    expect(gateway.entries[0]).toMatchObject({
      action: "tool.call",
      outcome: "failed",
      detail: { reason: "cancelled" },
    });
  });
});

describe("without the audit log", () => {
  afterEach(() => (gateway.pool.broken = false));

  test("nothing of an answer goes out", async () => {
    answer = (_, response) => {
      gateway.pool.broken = true;
      response.writeHead(200, { "content-type": "application/json" }).end(result);
    };
    const refused = await send(call);
    expect([refused.status, refused.json().code]).toEqual([503, "audit-unavailable"]);
    expect(refused.text).not.toContain("content");

    // From then on nothing reaches the upstream, until there is an entry again.
    received = [];
    expect((await send(call)).status).toBe(503);
    expect(received).toEqual([]);
    gateway.pool.broken = false;
    answer = (_, response) => response.writeHead(200, { "content-type": "application/json" }).end(result);
    expect((await send(call)).status).toBe(200);
    expect(gateway.entries.map(({ detail }) => detail["stage"] ?? detail["status"])).toEqual([
      "requested",
      200,
    ]);
  });
});

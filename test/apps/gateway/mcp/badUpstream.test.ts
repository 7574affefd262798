import type { RequestListener } from "node:http";
import { request } from "undici";
import { call, name, result, startCalls } from "./calls";
import { until } from "./mcpGateway";

const calls = startCalls();
const { open, send, recorded } = calls;

describe("an upstream that", () => {
  const statusOf = async (listener: RequestListener) => {
    calls.answer = listener;
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
    expect(calls.gateway.entries).toMatchObject([
      { action: "tool.call", outcome: "failed", detail: { reason: "upstream-failed" } },
    ]);
  });

  test("isn't there is a bad gateway", async () => {
    calls.gateway.connect("gone", "http://127.0.0.1:1/mcp");
    const answered = await send(call, {
      connector: "gone",
      headers: { authorization: `Bearer ${calls.gateway.token("gone")}` },
    });
    expect([answered.status, answered.headers["www-authenticate"]]).toEqual([502, undefined]);
  });

  test("never shows the agent its own challenge", async () => {
    calls.answer = (_, response) => response.writeHead(401, { "www-authenticate": "Bearer" }).end();
    expect((await send(call)).headers).not.toHaveProperty("www-authenticate");
  });

  test("moved within its origin is followed", async () => {
    calls.answer = (incoming, response) =>
      incoming.url === "/mcp"
        ? response.writeHead(307, { location: "/mcp/" }).end("moved")
        : response.writeHead(200, { "content-type": "application/json" }).end(result);
    expect((await send(call)).text).toBe(result);
    expect(calls.received.map(({ body }) => body)).toEqual([JSON.stringify(call), JSON.stringify(call)]);
  });

  test("lies about its length is cut off", async () => {
    calls.answer = (incoming) =>
      incoming.socket.end(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{}`,
      );
    const { body } = await open(call);
    await expect(body.text()).rejects.toThrow();
    await until(() => recorded().includes("tool.call.end failed"));
  });

  test("sends early hints is waited for", async () => {
    calls.answer = (incoming) =>
      incoming.socket.end(
        `HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`,
      );
    expect((await send(call)).text).toBe("{}");
  });

  test("accepts a notification is heard", async () => {
    calls.answer = (_, response) => response.writeHead(202).end();
    const accepted = await send({ jsonrpc: "2.0", method: "notifications/initialized" });
    expect([accepted.status, accepted.text]).toEqual([202, ""]);
  });

  test("hasn't answered when the agent leaves is told so", async () => {
    let closed = false;
    calls.answer = (_, response) => response.on("close", () => (closed = true));
    const leaving = new AbortController();
    const left = request(calls.gateway.url(name), {
      method: "POST",
      headers: calls.gateway.headers(name),
      body: JSON.stringify(call),
      signal: leaving.signal,
    });
    left.catch(() => undefined);
    await until(() => calls.received.length === 1);
    leaving.abort();
    await until(() => closed);
    await until(() => calls.gateway.entries.length === 1);
    expect(calls.gateway.entries[0]).toMatchObject({
      action: "tool.call",
      outcome: "failed",
      detail: { reason: "cancelled" },
    });
  });
});

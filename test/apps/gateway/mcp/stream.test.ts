import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { call, result, startCalls } from "./calls";
import { until } from "./mcpGateway";

const calls = startCalls();
const { open, send, recorded } = calls;

describe("a stream", () => {
  const stream = { "content-type": "text/event-stream" };

  test("comes as it is sent, event by event", async () => {
    let next: () => void = () => undefined;
    calls.answer = (_, response) => {
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
    await until(() => calls.gateway.entries.length === 2);
    expect(calls.gateway.entries).toMatchObject([
      { action: "tool.call", outcome: "succeeded", detail: { status: 200 } },
      { action: "tool.call.end", outcome: "succeeded", detail: { end: "complete" }, tool: "search" },
    ]);
  });

  test("that the agent leaves is ended at the upstream", async () => {
    let closed = false;
    calls.answer = (_, response) => {
      response.writeHead(200, stream).write("data: 1\n\n");
      response.on("close", () => (closed = true));
    };
    const { body } = await open(call);
    body.on("error", () => undefined);
    await once(body, "data");
    body.destroy();
    await until(() => closed);
    await until(() => recorded().includes("tool.call.end succeeded"));
    expect(calls.gateway.entries.at(-1)?.detail).toMatchObject({ end: "cancelled" });
  });

  test("that the upstream breaks off breaks off for the agent too", async () => {
    calls.answer = (_, response) => {
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
    calls.answer = (_, response) => {
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

describe("without the audit log", () => {
  afterEach(() => (calls.gateway.pool.broken = false));

  test("nothing of an answer goes out", async () => {
    calls.answer = (_, response) => {
      calls.gateway.pool.broken = true;
      response.writeHead(200, { "content-type": "application/json" }).end(result);
    };
    const refused = await send(call);
    expect([refused.status, refused.json().code]).toEqual([503, "audit-unavailable"]);
    expect(refused.text).not.toContain("content");

    // From then on nothing reaches the upstream, until there is an entry again.
    calls.received = [];
    expect((await send(call)).status).toBe(503);
    expect(calls.received).toEqual([]);
    calls.gateway.pool.broken = false;
    calls.answer = (_, response) =>
      response.writeHead(200, { "content-type": "application/json" }).end(result);
    expect((await send(call)).status).toBe(200);
    expect(calls.gateway.entries.map(({ detail }) => detail["stage"] ?? detail["status"])).toEqual([
      "requested",
      200,
    ]);
  });
});

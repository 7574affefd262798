import type { RequestListener } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { McpServer as SessionsServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { sessionsListener } from "./sessionsListener";

/** What happened to calls of the tool `wait`. */
export interface Observed {
  cancelled: number;
}

interface Progress {
  signal: AbortSignal;
  report: (progress: number) => Promise<void>;
}

const text = (value: string) => ({ content: [{ type: "text" as const, text: value }] });

/** The tools `add`, `count` (tells each number as progress) and `wait` (for ever, until it is cancelled). */
const tools = (observed: Observed) => ({
  add: ({ a, b }: { a: number; b: number }) => text(String(a + b)),
  count: async ({ to }: { to: number }, { report }: Progress) => {
    for (let number = 1; number <= to; number++) {
      await report(number);
      await sleep(20);
    }
    return text(`counted to ${to}`);
  },
  wait: async (_: object, { signal }: Progress) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    observed.cancelled++;
    return text("cancelled");
  },
});

/** A server of 2025-11-25 by the SDK's version 1: sessions, a GET stream, streams that can be resumed. */
export function sessionsUpstream(observed: Observed): RequestListener {
  const newServer = () => {
    const server = new SessionsServer(
      { name: "sessions", version: "1.0.0" },
      { capabilities: { logging: {} } },
    );
    const { add, count, wait } = tools(observed);
    type Extra = {
      signal: AbortSignal;
      _meta?: { progressToken?: string | number };
      sendNotification: (message: never) => Promise<void>;
    };
    const progress = (extra: Extra): Progress => ({
      signal: extra.signal,
      report: (progress) =>
        extra.sendNotification({
          method: "notifications/progress",
          params: { progressToken: extra._meta?.progressToken ?? "", progress },
        } as never),
    });
    server.registerTool("add", { inputSchema: { a: z.number(), b: z.number() } }, add);
    server.registerTool("count", { inputSchema: { to: z.number() } }, (input, extra) =>
      count(input, progress(extra)),
    );
    server.registerTool("wait", { inputSchema: {} }, (input, extra) => wait(input, progress(extra)));
    server.registerTool("announce", { inputSchema: {} }, async () => {
      await server.server.sendLoggingMessage({ level: "info", data: "announced" });
      return text("done");
    });
    server.registerTool("ask", { inputSchema: {} }, async () => {
      const { content } = await server.server.elicitInput({
        message: "name?",
        requestedSchema: { type: "object", properties: { name: { type: "string" } } },
      });
      return text(`hello ${String(content?.["name"])}`);
    });
    server.registerTool("drop", { inputSchema: {} }, async (_, extra) => {
      extra.closeSSEStream?.();
      await sleep(50);
      return text("picked up again");
    });
    return server;
  };
  return sessionsListener(newServer, 10);
}

/** A server of 2026-07-28, and of that alone, by the SDK's version 2. */
export function statelessUpstream(observed: Observed): {
  listener: RequestListener;
  listChanged: () => void;
} {
  const handler = createMcpHandler(
    () => {
      const server = new McpServer({ name: "stateless", version: "1.0.0" });
      const { add, count, wait } = tools(observed);
      const progress = (context: {
        mcpReq: {
          signal: AbortSignal;
          _meta?: { progressToken?: string | number };
          notify: (message: never) => Promise<void>;
        };
      }): Progress => ({
        signal: context.mcpReq.signal,
        report: (progress) =>
          context.mcpReq.notify({
            method: "notifications/progress",
            params: { progressToken: context.mcpReq._meta?.progressToken ?? "", progress },
          } as never),
      });
      server.registerTool("add", { inputSchema: z.object({ a: z.number(), b: z.number() }) }, add);
      server.registerTool("count", { inputSchema: z.object({ to: z.number() }) }, (input, context) =>
        count(input, progress(context)),
      );
      server.registerTool("wait", { inputSchema: z.object({}) }, (input, context) =>
        wait(input, progress(context)),
      );
      server.registerPrompt("grüße", {}, () => ({
        messages: [{ role: "user", content: { type: "text", text: "hallo" } }],
      }));
      return server;
    },
    { legacy: "reject" },
  );
  const listen = toNodeHandler(handler);
  return {
    listener: (request, response) => void listen(request, response),
    listChanged: () => handler.notify.toolsChanged(),
  };
}

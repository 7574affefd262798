import { createServer } from "node:http";
import fastifyHttpProxy from "@fastify/http-proxy";
import fastify from "fastify";

/**
 * `node peers.mts upstream|proxy PORT [UPSTREAM]`: a process of bench/mcp.ts. The upstream answers a tool call with one
 * result, or, where the query is `stream`, with an event and another each second until the client leaves; and what a
 * client asks before it calls a tool.
 */
const [, , role, port, upstream = ""] = process.argv;

const results: Record<string, object> = {
  "tools/call": { content: [{ type: "text", text: "x".repeat(160) }], isError: false },
  "tools/list": { tools: [{ name: "search_documents", description: "", inputSchema: { type: "object" } }] },
  initialize: {
    protocolVersion: "2025-06-18",
    capabilities: { tools: {} },
    serverInfo: { name: "upstream", version: "1.0.0" },
  },
};

function startUpstream(): void {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.method !== "POST") return response.writeHead(405).end();
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString()) as { id?: number; method: string };
      if (id === undefined) return response.writeHead(202).end();
      const answer = JSON.stringify({ jsonrpc: "2.0", id, result: results[method] ?? {} });
      if (!request.url?.endsWith("stream")) {
        const headers = { "content-type": "application/json", "content-length": answer.length };
        return response.writeHead(200, headers).end(answer);
      }
      const event = `event: message\ndata: ${answer}\n\n`;
      response.writeHead(200, { "content-type": "text/event-stream" }).write(event);
      const timer = setInterval(() => response.write(event), 1000);
      response.on("close", () => clearInterval(timer));
      return response;
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(Number(port), "127.0.0.1");
}

async function startProxy(): Promise<void> {
  const app = fastify();
  await app.register(fastifyHttpProxy, { upstream, http2: false });
  await app.listen({ host: "127.0.0.1", port: Number(port) });
}

if (role === "proxy") void startProxy();
else startUpstream();

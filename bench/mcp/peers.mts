import { createServer } from "node:http";
import fastifyHttpProxy from "@fastify/http-proxy";
import fastify from "fastify";

/**
 * `node peers.mts upstream|proxy PORT [UPSTREAM]`: a process of bench/mcp.ts. The upstream answers a POST with one
 * JSON-RPC result, and one whose query is `stream` with an event, and another each second until the client leaves.
 */
const [, , role, port, upstream = ""] = process.argv;

const result = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  result: { content: [{ type: "text", text: "x".repeat(160) }], isError: false },
});
const event = `event: message\ndata: ${result}\n\n`;

function startUpstream(): void {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      if (!request.url?.endsWith("stream")) {
        response
          .writeHead(200, { "content-type": "application/json", "content-length": result.length })
          .end(result);
        return;
      }
      response.writeHead(200, { "content-type": "text/event-stream" }).write(event);
      const timer = setInterval(() => response.write(event), 1000);
      response.on("close", () => clearInterval(timer));
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

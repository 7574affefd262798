import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { freePort } from "../../../support/freePort";
import { createInjection } from "../injection";

// Starts processes, which a busy machine makes slow.
jest.setTimeout(120_000);

const root = join(__dirname, "../../../..");

/** What OpenTelemetry's collector would be sent, as far as text goes. */
async function collector() {
  const received: { path: string; text: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      received.push({ path: request.url ?? "", text: body.toString("latin1"), headers: request.headers });
      response.writeHead(200).end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { received, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const environment = (endpoint: string) => ({
  PATH: process.env["PATH"],
  TS_NODE_PROJECT: join(root, "tsconfig.json"),
  TS_NODE_TRANSPILE_ONLY: "true",
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_SERVICE_NAME: "named-by-the-operator",
});

describe("traces", () => {
  test("tell of each request but health checks, with its trace, and of no query", async () => {
    const { received, server, url } = await collector();
    const injection = createInjection();
    const PORT = String(await freePort());
    const gateway = spawn(process.execPath, ["-r", "ts-node/register", "apps/gateway/src/server.ts"], {
      cwd: root,
      env: {
        ...environment(url),
        ...injection.environment,
        ...{ PORT, HOST: "127.0.0.1", LOG_LEVEL: "info", SHUTDOWN_NOTICE_MS: "0" },
      },
    });
    try {
      await once(gateway.stdout, "data");
      const trace = "0af7651916cd43dd8448eb211c80319c";
      await fetch(`http://127.0.0.1:${PORT}/nothing?access_token=hidden`, {
        headers: { traceparent: `00-${trace}-b7ad6b7169203331-01` },
      });
      await fetch(`http://127.0.0.1:${PORT}/healthz`);
      const exited = once(gateway, "exit");
      gateway.kill("SIGTERM");
      expect((await exited)[0]).toBe(0);
      const text = received.map((request) => request.text).join();
      expect(received.map(({ path }) => path)).toContain("/v1/traces");
      expect(text).toContain("named-by-the-operator");
      expect(text).toContain("/nothing");
      expect(text).toContain(Buffer.from(trace, "hex").toString("latin1"));
      expect(text).not.toMatch(/hidden|healthz/);
    } finally {
      gateway.kill("SIGKILL");
      server.close();
      injection.remove();
    }
  });

  test("go on to upstreams, whose URLs are told without their query", async () => {
    const { received, server, url } = await collector();
    const script = `
      const stop = require("./apps/gateway/src/telemetry/tracing").startTracing();
      const { Agent } = require("undici");
      new Agent().request({ origin: ${JSON.stringify(url)}, path: "/upstream?key=hidden", method: "GET" })
        .then(({ body }) => body.dump()).then(stop);`;
    const client = spawn(process.execPath, ["-r", "ts-node/register", "-e", script], {
      cwd: root,
      env: environment(url),
      stdio: ["ignore", "inherit", "inherit"],
    });
    try {
      expect((await once(client, "exit"))[0]).toBe(0);
      const upstream = received.find(({ path }) => path.startsWith("/upstream"));
      expect(upstream?.headers["traceparent"]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      const spans = received.filter(({ path }) => path === "/v1/traces");
      expect(spans.map(({ text }) => text).join()).toContain("/upstream");
      expect(spans.map(({ text }) => text).join()).not.toContain("hidden");
    } finally {
      client.kill("SIGKILL");
      server.close();
    }
  });
});

import { createServer, type Server } from "node:http";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import type { Pool } from "pg";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { AuditLog } from "../audit/auditLog";

/** Seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * GET /metrics for Prometheus, on a port of its own, which the edge doesn't lead to: how long requests take (a stream,
 * from its start to its end), what waits for the database, and Node's own numbers. A request's labels are its route
 * and its status, never what it holds.
 */
export function registerMetrics(
  app: FastifyInstance,
  listen: { host: string; port: number },
  { audit, pool }: { audit: AuditLog; pool: Pool },
): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: "http_request_duration_seconds",
    help: "From a request's arrival to the last byte of its answer",
    labelNames: ["method", "route", "status"],
    buckets: BUCKETS,
    registers: [registry],
  });
  gauge(registry, "audit_entries_waiting", "Audit entries that wait to be written", () => audit.waiting);
  gauge(registry, "database_connections", "Open connections to the database", () => pool.totalCount);
  gauge(registry, "database_waiting", "Statements that wait for a connection", () => pool.waitingCount);

  app.addHook("onResponse", ({ method, routeOptions }, reply, done) => {
    const labels = { method, route: routeOptions.url ?? "none", status: reply.statusCode };
    duration.observe(labels, reply.elapsedTime / 1000);
    done();
  });

  let server: Server | undefined;
  app.addHook("onListen", async () => {
    server = metricsServer(registry, app.log);
    await new Promise<void>((resolve, reject) => {
      server?.once("error", reject).listen(listen.port, listen.host, resolve);
    });
  });
  app.addHook("onClose", () => {
    server?.close();
    server?.closeAllConnections();
  });
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    ...{ name, help, registers: [registry] },
    collect() {
      this.set(value());
    },
  });
}

function metricsServer(registry: Registry, log: FastifyBaseLogger): Server {
  return createServer({ requestTimeout: 5000, headersTimeout: 5000 }, (request, response) => {
    if (request.method !== "GET" || request.url !== "/metrics") return response.writeHead(404).end();
    registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
      (error: unknown) => {
        log.error({ err: error }, "the metrics can't be told");
        response.writeHead(500).end();
      },
    );
  });
}

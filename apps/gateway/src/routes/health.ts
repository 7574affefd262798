import type { FastifyInstance, FastifyRequest } from "fastify";

/** A dependency's check: why it can't be used (shown to whoever asks, so free of secrets), or undefined. */
export type DependencyCheck = () => Promise<string | undefined>;

const status = { type: "string" };
const schemas = {
  healthz: {
    tags: ["health"],
    summary: "Whether the process lives",
    response: { 200: { type: "object", properties: { status } } },
  },
  readyz: {
    tags: ["health"],
    summary: "Whether all that is needed can be used",
    response: {
      200: { type: "object", properties: { status } },
      503: {
        type: "object",
        properties: { status, failed: { type: "object", additionalProperties: { type: "string" } } },
      },
    },
  },
};

/** Monitors ask these as often as they like, and are answered while others are turned away. */
export function isHealthRoute({ routeOptions: { url } }: FastifyRequest): boolean {
  return url === "/healthz" || url === "/readyz";
}

/**
 * GET /healthz: 200 while the process lives. GET /readyz: 200 only when every dependency can be used, else 503
 * naming those that can't.
 */
export function registerHealthRoutes(app: FastifyInstance, checks: Record<string, DependencyCheck>): void {
  let running: Promise<Record<string, string>> | undefined;

  app.get("/healthz", { schema: schemas.healthz, logLevel: "warn" }, () => ({ status: "ok" }));

  app.get("/readyz", { schema: schemas.readyz, logLevel: "warn" }, async (_request, reply) => {
    // Callers share a check that is under way, so that however many ask, each dependency is asked once at a time.
    running ??= failures(checks).finally(() => (running = undefined));
    const failed = await running;
    if (Object.keys(failed).length === 0) return { status: "ready" };
    app.log.warn({ failed }, "not ready");
    return reply.code(503).send({ status: "unavailable", failed });
  });
}

async function failures(checks: Record<string, DependencyCheck>): Promise<Record<string, string>> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await check()] as const),
  );
  return Object.fromEntries(results.filter((result): result is [string, string] => result[1] !== undefined));
}

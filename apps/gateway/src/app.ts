import fastify, { type FastifyInstance } from "fastify";
import type { Config } from "./config";
import { databaseProblem } from "./database/check";
import { createPool } from "./database/pool";
import { registerHealthRoutes } from "./routes/health";

/** How long /readyz waits for a dependency, in milliseconds. */
const READINESS_TIMEOUT = 2000;

/** The gateway, ready to listen or to inject requests into. Closing it closes its database connections. */
export function buildApp(config: Config): FastifyInstance {
  const app = fastify({ logger: { level: config.logLevel } });
  const pool = createPool(config);
  // An idle connection that breaks is replaced by the pool; without a listener its error would end the process.
  pool.on("error", (error) => app.log.warn({ err: error }, "an idle database connection broke"));
  app.addHook("onClose", () => pool.end());

  registerHealthRoutes(app, {
    postgres: () => databaseProblem(pool, config.database.user, READINESS_TIMEOUT),
  });
  return app;
}

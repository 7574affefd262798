import fastifyRateLimit from "@fastify/rate-limit";
import type { FastifyInstance } from "fastify";
import { isHealthRoute } from "../routes/health";
import { Problem } from "../problems";

/** Clients that are counted at a time; beyond them, whoever asked longest ago starts anew. */
const CLIENTS = 100_000;

/**
 * `perMinute` requests a client address (an IPv6 /64) on everything but the health routes: unknown paths and CORS
 * preflights count too, since the limit is a hook of the whole application, ahead of all others. Article finding 4.
 */
export async function registerRateLimit(app: FastifyInstance, perMinute: number): Promise<void> {
  await app.register(fastifyRateLimit, {
    global: false,
    max: perMinute,
    timeWindow: 60_000,
    cache: CLIENTS,
    enableDraftSpec: true,
    skipOnError: false,
    allowList: isHealthRoute,
    errorResponseBuilder: () => new Problem("rate-limited", "wait as many seconds as Retry-After says"),
  });
  app.addHook("onRequest", app.rateLimit());
}

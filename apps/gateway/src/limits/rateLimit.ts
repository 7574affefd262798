import fastifyRateLimit from "@fastify/rate-limit";
import type { FastifyInstance } from "fastify";
import type { Redis } from "ioredis";
import { isHealthRoute } from "../routes/health";
import { Problem } from "../problems";
import { uncounted } from "./sharedStore";

/** Clients that are counted at a time; beyond them, whoever asked longest ago starts anew. */
const CLIENTS = 100_000;

/**
 * `perMinute` requests a client address (an IPv6 /64) on everything but the health routes: unknown paths and CORS
 * preflights count too, since the limit is a hook of the whole application, ahead of all others. Article finding 4.
 *
 * @param redis counts for all replicas; without it, this process counts its own
 */
export async function registerRateLimit(
  app: FastifyInstance,
  perMinute: number,
  redis: Redis | undefined,
): Promise<void> {
  await app.register(fastifyRateLimit, {
    global: false,
    max: perMinute,
    timeWindow: 60_000,
    ...(redis ? { redis, nameSpace: "rate:" } : { cache: CLIENTS }),
    enableDraftSpec: true,
    skipOnError: false,
    allowList: isHealthRoute,
    errorResponseBuilder: () => new Problem("rate-limited", "wait as many seconds as Retry-After says"),
  });
  const limit = app.rateLimit();
  app.addHook("onRequest", function (request, reply) {
    const counted = limit.call(this, request, reply) as Promise<void>;
    return redis ? counted.catch(uncounted) : counted;
  });
}

import type { FastifyInstance, FastifyRequest } from "fastify";
import { Problem } from "../problems";

/** Takes one request out of a key's budget. @throws Problem `rate-limited` when nothing is left of it */
export type Budget = (request: FastifyRequest, key: string) => Promise<void>;

/** A budget of `perMinute` requests for each key, beside the one for each address, which must be registered. */
export function createBudget(app: FastifyInstance, perMinute: number): Budget {
  const keys = new WeakMap<FastifyRequest, string>();
  const limit = app.createRateLimit({
    max: perMinute,
    timeWindow: 60_000,
    keyGenerator: (request) => keys.get(request) ?? "",
  });
  return async (request, key) => {
    keys.set(request, key);
    const result = await limit(request);
    if (result.isAllowed || !result.isExceeded) return;
    throw new Problem("rate-limited", "wait as many seconds as Retry-After says", {
      "retry-after": String(result.ttlInSeconds),
      "ratelimit-limit": String(result.max),
      "ratelimit-remaining": "0",
      "ratelimit-reset": String(result.ttlInSeconds),
    });
  };
}

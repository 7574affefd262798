import type { FastifyInstance, FastifyRequest } from "fastify";
import { Problem } from "../problems";
import { uncounted } from "./sharedStore";

declare module "fastify" {
  interface FastifyRequest {
    /** Of the budget that is asked now. */
    budgetKey: string;
  }
}

/** Takes one request out of a key's budget. @throws Problem `rate-limited` when nothing is left of it */
export type Budget = (request: FastifyRequest, key: string) => Promise<void>;

/**
 * A budget of `perMinute` requests for each key, beside the one for each address, which must be registered.
 *
 * @param of what the keys name; budgets of different kinds share a store
 */
export function createBudget(app: FastifyInstance, of: "agent" | "connector", perMinute: number): Budget {
  if (!app.hasRequestDecorator("budgetKey")) app.decorateRequest("budgetKey", "");
  const limit = app.createRateLimit({
    max: perMinute,
    timeWindow: 60_000,
    keyGenerator: ({ budgetKey }) => budgetKey,
  });
  return async (request, key) => {
    request.budgetKey = `${of}:${key}`;
    const result = await limit(request).catch(uncounted);
    if (result.isAllowed || !result.isExceeded) return;
    throw new Problem(
      "rate-limited",
      "wait as many seconds as Retry-After says",
      {
        "retry-after": String(result.ttlInSeconds),
        "ratelimit-limit": String(result.max),
        "ratelimit-remaining": "0",
        "ratelimit-reset": String(result.ttlInSeconds),
      },
      { detail: { budget: of } },
    );
  };
}

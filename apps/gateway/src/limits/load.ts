import fastifyUnderPressure from "@fastify/under-pressure";
import type { FastifyInstance } from "fastify";
import { Problem } from "../problems";
import { isHealthRoute } from "../routes/health";

const RETRY_AFTER = 5;

export interface LoadLimits {
  /** Requests and streams being answered at a time. */
  concurrency: number;
  /** Mean delay of the event loop over a second, in milliseconds. */
  eventLoopDelay: number;
  /** Share of the memory this process may use. */
  memoryShare: number;
}

/** Sheds load with 503 and Retry-After while the process can't keep up. Health routes are always answered. */
export async function registerLoadLimits(app: FastifyInstance, limits: LoadLimits): Promise<void> {
  await app.register(fastifyUnderPressure, {
    maxEventLoopDelay: limits.eventLoopDelay,
    // Without a limit on the container, constrainedMemory() tells the machine's memory or an absurdly large number.
    maxRssBytes: Math.floor(process.constrainedMemory() * limits.memoryShare),
    retryAfter: RETRY_AFTER,
    pressureHandler: (request) => {
      if (!isHealthRoute(request)) throw overloaded();
    },
  });

  let running = 0;
  app.addHook("onRequest", (request, reply, done) => {
    if (isHealthRoute(request)) return done();
    if (running >= limits.concurrency) return done(overloaded());
    running++;
    reply.raw.once("close", () => running--);
    done();
  });
}

function overloaded(): Problem {
  return new Problem("overloaded", "try again after the time in Retry-After", {
    "retry-after": String(RETRY_AFTER),
  });
}

import type { FastifyBaseLogger } from "fastify";

const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/**
 * A logger that is made when something is written to it that its level lets pass: making one for each request, with its
 * redactions, costs a gateway that rarely writes to it a twentieth of its time.
 */
export function lazyLogger(level: string, make: () => FastifyBaseLogger): FastifyBaseLogger {
  return new Lazy(level, make) as unknown as FastifyBaseLogger;
}

class Lazy {
  #made: FastifyBaseLogger | undefined;

  constructor(
    readonly level: string,
    private readonly make: () => FastifyBaseLogger,
  ) {}

  get made(): FastifyBaseLogger {
    return (this.#made ??= this.make());
  }

  child(...args: Parameters<FastifyBaseLogger["child"]>): FastifyBaseLogger {
    return this.made.child(...args);
  }

  static {
    for (const [rank, level] of levels.entries())
      Object.defineProperty(this.prototype, level, {
        value(this: Lazy, ...args: [string]) {
          if (rank >= levels.indexOf(this.level as "info")) this.made[level](...args);
        },
      });
  }
}

import type { FastifyReply } from "fastify";
import { Problem } from "../problems";

/** Bounds the requests and streams that one agent has open at a time, so that it leaves room for the others. */
export class OpenRequests {
  readonly #open = new Map<string, number>();

  constructor(private readonly maximum: number) {}

  /** Counts until the reply is closed. @throws Problem `rate-limited` when the agent has too many open */
  take(actor: string, reply: FastifyReply): void {
    const open = this.#open.get(actor) ?? 0;
    if (open >= this.maximum)
      throw new Problem(
        "rate-limited",
        `have at most ${this.maximum} requests and streams open at a time`,
        { "retry-after": "1" },
        { detail: { budget: "open requests" } },
      );
    this.#open.set(actor, open + 1);
    reply.raw.once("close", () => this.#release(actor));
  }

  #release(actor: string): void {
    const open = (this.#open.get(actor) ?? 1) - 1;
    if (open > 0) this.#open.set(actor, open);
    else this.#open.delete(actor);
  }
}

/** Ids kept at once, about 20 MB: 1,800 requests a second, as a token can stay alive for 70 s. */
const CAPACITY = 131_072;

export type ReplayProblem = "replayed" | "expired" | "replay-store-full";

/**
 * Remembers the ids of used tokens until the tokens expire, so that each is used once. Bounded: when full, new
 * ids are refused. An id that was taken is never taken again while the process lives, even if the clock is set
 * back: what expired before anything that was forgotten counts as expired.
 */
export class ReplayStore {
  readonly #expiryById = new Map<string, number>();
  #forgotten = -Infinity;

  constructor(private readonly capacity: number = CAPACITY) {}

  /**
   * Uses up an id; undefined when it was unused.
   * @param expiry when the token with this id stops being accepted, in seconds
   * @param now in seconds
   */
  take(id: string, expiry: number, now: number): ReplayProblem | undefined {
    // Insertion order is nearly expiry order: at worst an entry waits one token lifetime for those before it.
    for (const [old, end] of this.#expiryById) {
      if (end > now) break;
      this.#expiryById.delete(old);
      this.#forgotten = Math.max(this.#forgotten, end);
    }
    if (expiry <= this.#forgotten) return "expired";
    if (this.#expiryById.has(id)) return "replayed";
    if (this.#expiryById.size >= this.capacity) return "replay-store-full";
    this.#expiryById.set(id, expiry);
    return undefined;
  }

  get size(): number {
    return this.#expiryById.size;
  }
}

import type { FastifyBaseLogger } from "fastify";
import type { AuditEntry, AuditLog } from "./auditLog";

/** Milliseconds. */
const WINDOW = 1000;
/** Entries of their own for refusals that are alike, in a window; more of them become one entry with a count. */
const INDIVIDUAL = 10;
/** Kinds of refusals told apart in a window, so that a flood from many addresses doesn't flood the log either. */
const KINDS = 500;

interface Kind {
  entry: AuditEntry;
  seen: number;
  written: Promise<void>;
}

/**
 * Refusals, and requests that failed here, in the audit log, at a bounded cost: of those that are alike but for their
 * request ids, ten a second have entries of their own, and the others one together, at the second's end, with
 * `repeated` in its detail. A kill -9 can lose that count, never the ten.
 */
export class Refusals {
  #kinds = new Map<string, Kind>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly audit: AuditLog,
    private readonly log: FastifyBaseLogger,
  ) {}

  /**
   * Resolves when the entry is on the database's disk, or will be counted with ones that are.
   * @throws Problem `audit-unavailable`; then answer with that instead
   */
  async record(refused: Omit<AuditEntry, "outcome"> & { outcome?: "refused" | "failed" }): Promise<void> {
    const entry: AuditEntry = { outcome: "refused", ...refused };
    const kind = this.#kindOf(entry);
    kind.seen++;
    if (kind.seen <= INDIVIDUAL) kind.written = this.audit.record(entry);
    // Whoever is only counted waits for the one before: while nothing can be written, nothing is counted.
    await kind.written;
  }

  /** Writes the counts that are still open. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writeCounts();
  }

  #kindOf(entry: AuditEntry): Kind {
    this.#timer ??= setTimeout(() => void this.#writeCounts(), WINDOW).unref();
    const alike = { ...entry, requestId: undefined, durationMs: undefined };
    const key = JSON.stringify(alike);
    const known = this.#kinds.get(key);
    if (known) return known;
    const full = this.#kinds.size >= KINDS;
    if (full) return this.#kinds.get(OTHERS) ?? this.#add(OTHERS, others);
    return this.#add(key, alike);
  }

  #add(key: string, entry: AuditEntry): Kind {
    const kind = { entry, seen: 0, written: Promise.resolve() };
    this.#kinds.set(key, kind);
    return kind;
  }

  async #writeCounts(): Promise<void> {
    const kinds = [...this.#kinds.values()];
    this.#kinds = new Map();
    this.#timer = undefined;
    const counts = kinds.filter(({ seen }) => seen > INDIVIDUAL);
    await Promise.all(
      counts.map(({ entry, seen }) =>
        this.audit
          .record({ ...entry, detail: { ...entry.detail, repeated: seen - INDIVIDUAL } })
          .catch((error: unknown) =>
            this.log.error({ err: error, entry, seen }, "a count of refusals is lost"),
          ),
      ),
    );
  }
}

const OTHERS = "";
const others: AuditEntry = {
  actor: "system:anonymous",
  action: "request.refuse",
  outcome: "refused",
  detail: { reason: "of more kinds than are told apart" },
};

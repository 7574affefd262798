import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseError, type ClientBase, type Pool } from "pg";
import { Problem } from "../problems";

/** What happened, for the audit log; never the arguments of a tool call nor anything secret. */
export interface AuditEntry {
  organisationId?: string | undefined;
  /** `agent:<id>`, `user:<id>` or `system:<what>`. */
  actor: string;
  /** As in `token.issue`. */
  action: string;
  connector?: string | undefined;
  tool?: string | undefined;
  outcome: "succeeded" | "refused" | "failed";
  durationMs?: number | undefined;
  requestId?: string | undefined;
  detail?: Readonly<Record<string, string | number | boolean>>;
}

const BATCH = 500;
/** Transactions at a time: while one waits for the disk, the next one gathers. */
const WRITERS = 2;
const WAITING = 10_000;

const STATEMENT = {
  name: "insert-audit-log-entries",
  text: "SELECT apexmcp.insert_audit_log_entries($1, $2, $3, $4, $5, $6, $7, $8, $9)",
};

interface Waiting {
  entry: AuditEntry;
  written: () => void;
  failed: (error: Error) => void;
}

/**
 * Writes audit entries through apexmcp.insert_audit_log_entries(), many in one commit. `record` resolves when its
 * entry is on the database's disk: await it before a request is acknowledged. Article finding 5.
 */
export class AuditLog {
  #waiting: Waiting[] = [];
  #writers = 0;
  #failing = false;

  constructor(private readonly pool: Pool) {}

  /** @throws Problem `audit-unavailable` when the entry can't be written; then the request must be refused */
  record(entry: AuditEntry): Promise<void> {
    if (this.#waiting.length >= WAITING) return Promise.reject(unavailable());
    return new Promise((written, failed) => {
      this.#waiting.push({ entry, written, failed });
      if (this.#writers < WRITERS) void this.#write();
    });
  }

  /** Entries that are not written yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves when all that was recorded is written, or has failed. */
  async close(): Promise<void> {
    while (this.#writers > 0) await sleep(10);
  }

  /**
   * To be awaited before what can't be undone, and is recorded only once it is done: while the log can't be written,
   * the attempt itself must be recorded first.
   * @throws Problem `audit-unavailable`
   */
  async ready(attempt: () => AuditEntry): Promise<void> {
    if (this.#failing) await this.record(attempt());
  }

  async #write(): Promise<void> {
    this.#writers++;
    // Entries of the same turn of the event loop share the first commit.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0, BATCH));
    this.#writers--;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      await insertAuditEntries(
        this.pool,
        batch.map(({ entry }) => entry),
      );
      this.#failing = false;
      for (const { written } of batch) written();
    } catch (error) {
      // A value the function refuses must not take the others of its batch with it.
      const refused = error instanceof DatabaseError && /^2[23]/.test(error.code ?? "");
      if (refused && batch.length > 1) for (const waiting of batch) await this.#commit([waiting]);
      else {
        this.#failing ||= !refused;
        for (const { failed } of batch) failed(unavailable(error));
      }
    }
  }
}

/** Appends entries in the transaction that `connection` is in. */
export async function insertAuditEntries(
  connection: Pick<ClientBase, "query">,
  entries: readonly AuditEntry[],
): Promise<void> {
  await connection.query({ ...STATEMENT, values: columns(entries) });
}

function columns(entries: readonly AuditEntry[]): unknown[] {
  return [
    entries.map(({ organisationId }) => organisationId ?? null),
    entries.map(({ actor }) => label(actor)),
    entries.map(({ action }) => action),
    entries.map(({ connector }) => label(connector)),
    entries.map(({ tool }) => label(tool)),
    entries.map(({ outcome }) => outcome),
    entries.map(({ durationMs }) => (durationMs === undefined ? null : Math.round(durationMs))),
    entries.map(({ requestId }) => label(requestId)),
    entries.map(({ detail = {} }) => json(detail)),
  ];
}

function json(detail: NonNullable<AuditEntry["detail"]>): string {
  const plain = Object.values(detail).every((value) => typeof value !== "string" || isLabel(value));
  if (plain) return JSON.stringify(detail);
  return JSON.stringify(detail, (_, value: unknown) => (typeof value === "string" ? label(value) : value));
}

// eslint-disable-next-line no-control-regex -- NUL is the character that text can't hold
const unfit = /[\u0000\ud800-\udfff]/;

/** Nearly all are; the check costs less than making them fit. */
function isLabel(text: string): boolean {
  return text.length <= 200 && text.length > 0 && !unfit.test(text);
}

/** 1 to 200 characters that PostgreSQL's text can hold, since some come from outside. */
function label(text: string | undefined): string | null {
  if (text === undefined || isLabel(text)) return text ?? null;
  // eslint-disable-next-line no-control-regex -- as above
  const plain = text.replace(/\u0000|\p{Surrogate}/gu, "\ufffd");
  return plain ? [...plain].slice(0, 200).join("") : null;
}

function unavailable(cause?: unknown): Problem {
  const problem = new Problem("audit-unavailable", "try again later; nothing is done unrecorded", {
    "retry-after": "5",
  });
  problem.cause = cause;
  return problem;
}

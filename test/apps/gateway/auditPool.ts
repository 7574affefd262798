import type { Pool } from "pg";

export interface PoolEntry {
  actor: string;
  action: string;
  connector: string | null;
  tool: string | null;
  outcome: string;
  detail: Record<string, unknown>;
}

/** A database of which nothing is there but the audit log, which takes entries until it is `broken`, and `answers`. */
export class AuditPool {
  readonly entries: PoolEntry[] = [];
  /** Rows for statements, by their names. */
  readonly answers: Record<string, (values: unknown[]) => object[]> = {};
  broken = false;

  /** In place of the gateway's. */
  get pool(): Pool {
    const query = ({ name, values }: { name: string; values: string[][] }) => {
      const answer = this.answers[name];
      if (answer !== undefined && !this.broken) return Promise.resolve({ rows: answer(values) });
      if (this.broken || name !== "insert-audit-log-entries")
        return Promise.reject(Object.assign(new Error("no database"), { code: "ECONNREFUSED" }));
      const [, actors = [], actions = [], connectors = [], tools = [], outcomes = [], , , details = []] =
        values;
      for (const [index, actor] of actors.entries())
        this.entries.push({
          actor,
          action: actions[index] ?? "",
          connector: connectors[index] ?? null,
          tool: tools[index] ?? null,
          outcome: outcomes[index] ?? "",
          detail: JSON.parse(details[index] ?? "{}") as Record<string, unknown>,
        });
      return Promise.resolve({ rows: [] });
    };
    return {
      totalCount: 0,
      waitingCount: 0,
      query,
      on: () => undefined,
      end: () => Promise.resolve(),
    } as unknown as Pool;
  }
}

import type { Pool } from "pg";

/** A database of which nothing is there but the audit log, which takes entries until it is `broken`. */
export class AuditPool {
  readonly entries: { actor: string; action: string; outcome: string; detail: Record<string, unknown> }[] =
    [];
  broken = false;

  /** In place of the gateway's. */
  get pool(): Pool {
    const query = ({ name, values }: { name: string; values: string[][] }) => {
      if (this.broken || name !== "insert-audit-log-entries")
        return Promise.reject(Object.assign(new Error("no database"), { code: "ECONNREFUSED" }));
      const [, actors = [], actions = [], , , outcomes = [], , , details = []] = values;
      for (const [index, actor] of actors.entries())
        this.entries.push({
          actor,
          action: actions[index] ?? "",
          outcome: outcomes[index] ?? "",
          detail: JSON.parse(details[index] ?? "{}") as Record<string, unknown>,
        });
      return Promise.resolve({ rows: [] });
    };
    return { query, on: () => undefined, end: () => Promise.resolve() } as unknown as Pool;
  }
}

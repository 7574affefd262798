import Table from "cli-table3";
import type { Client } from "pg";

import { auditDatabase, auditorAddress, couldNotTell } from "./auditor";
import { main } from "./command";
import { CommandError } from "./commandError";
import { connect } from "../provider/postgres/connect";

/** One entry, as `--json` prints it. */
interface Entry {
  readonly at: Date;
  readonly organisation: string | null;
  readonly actor: string;
  readonly action: string;
  readonly connector: string | null;
  readonly tool: string | null;
  readonly outcome: string;
  readonly duration_ms: number | null;
  readonly request_id: string | null;
  readonly detail: object;
}

const seconds = { s: 1, m: 60, h: 3600, d: 86_400 };

void main({
  name: "audit-log",
  summary: `shows the newest entries of the audit log, the newest last. ${auditDatabase}`,
  flags: { json: "prints each as a line of JSON, whole" },
  options: {
    "last N": "how many (default: 50)",
    "actor NAME": "only this one's, as in agent:<its id>",
    "action NAME": "only these, as in tool.call",
    "outcome NAME": "only these: succeeded, refused or failed",
    "since TIME": "only from then on: 90s, 15m, 2h, 7d, or as in 2026-11-23T08:00Z",
  },
  run: async ({ state, flags, options }) => {
    const last = Number(options["last"] ?? 50);
    if (!Number.isInteger(last) || last < 1)
      throw new CommandError(`--last ${options["last"]} is no number of entries`, "give 1 or more");
    const outcome = options["outcome"];
    if (outcome !== undefined && !["succeeded", "refused", "failed"].includes(outcome))
      throw new CommandError(`${outcome} is no outcome`, "give succeeded, refused or failed");
    const wanted = { last, ...options, outcome, since: sinceOf(options["since"]) };
    const client = await connect(await auditorAddress(state), 0).catch(couldNotTell);
    try {
      const entries = await newestEntries(client, wanted).catch(couldNotTell);
      if (flags["json"]) for (const entry of entries) console.log(JSON.stringify(entry));
      else console.log(table(entries));
    } finally {
      await client.end().catch(() => undefined);
    }
  },
});

interface Wanted {
  readonly last: number;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
  readonly since?: Date | undefined;
}

async function newestEntries(
  client: Client,
  { last, actor, action, outcome, since }: Wanted,
): Promise<Entry[]> {
  const { rows } = await client.query<Entry>(
    `SELECT at, organisation_id AS organisation, actor, action, connector, tool, outcome, duration_ms, request_id, detail
     FROM apexmcp.audit_logs
     WHERE ($2::text IS NULL OR actor = $2) AND ($3::text IS NULL OR action = $3)
       AND ($4::text IS NULL OR outcome::text = $4) AND ($5::timestamptz IS NULL OR at >= $5)
     ORDER BY id DESC LIMIT $1`,
    [last, actor, action, outcome, since],
  );
  return rows.reverse();
}

function sinceOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const time =
    unit === undefined
      ? Date.parse(text)
      : Date.now() - Number(count) * seconds[unit as keyof typeof seconds] * 1000;
  if (Number.isNaN(time) || !/^\d/.test(text))
    throw new CommandError(`--since ${text} is no time`, "give 90s, 15m, 2h, 7d, or as in 2026-11-23T08:00Z");
  return new Date(time);
}

function table(entries: readonly Entry[]): string {
  if (entries.length === 0) return "No entries.";
  const shown = new Table({
    head: ["time", "actor", "action", "connector and tool", "outcome", "ms", "detail"],
    style: { head: [], border: [], compact: true },
  });
  for (const { at, actor, action, connector, tool, outcome, duration_ms: ms, detail } of entries)
    shown.push(
      [
        at.toISOString(),
        actor,
        action,
        [connector, tool].filter(Boolean).join(" "),
        outcome,
        String(ms ?? ""),
        Object.entries(detail)
          .map(([key, value]) => `${key}=${String(value)}`)
          .join(" "),
      ].map(printable),
    );
  return shown.toString();
}

/** Some of it comes from outside: nothing of it may drive the terminal. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what this looks for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

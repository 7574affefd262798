import { execFile } from "node:child_process";
import { randomInt, randomUUID } from "node:crypto";
import { promisify } from "node:util";

import { AuditChain } from "../commands/auditChain";
import { eachAuditRow } from "../commands/auditRows";
import { RealPostgres } from "../test/support/realPostgres";

/**
 * `make bench`: audit entries through the function against plain INSERTs of the same rows in the same batches, at 16
 * connections, in one interleaved run; how the rate changes as the log grows; and how fast the chain is verified.
 * Fails below 60 % of the plain rate in batches, or below 200,000 verified rows/s (issue 5).
 *
 * The plain table has the same columns, types, checks and indexes, but for the chain's: no lane, seq and hashes, no
 * trigger. Both are the stack's server and image, written to by pgbench in its container, with prepared statements
 * and bound arrays over TLS, as the gateway does. BENCH_AUDIT_ROWS: how far the log grows (default 1,000,000).
 */
const CONNECTIONS = 16;
const ROUNDS = 5;
const SECONDS = 5;
const BATCHES = [1, 10, 100] as const;
const ROWS = Number(process.env["BENCH_AUDIT_ROWS"] ?? 1_000_000);
const wantedShare = 0.6;
const wantedVerified = 200_000;

const run = promisify(execFile);

const plainTable = `CREATE TABLE apexmcp.plain (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    recorded_by name NOT NULL DEFAULT session_user,
    organisation_id uuid,
    actor apexmcp.audit_actor NOT NULL,
    action apexmcp.audit_action NOT NULL,
    connector apexmcp.audit_label,
    tool apexmcp.audit_label,
    outcome apexmcp.audit_outcome NOT NULL,
    duration_ms apexmcp.audit_duration,
    request_id apexmcp.audit_label,
    detail apexmcp.audit_detail NOT NULL
  );
  CREATE INDEX ON apexmcp.plain (actor, at);
  CREATE INDEX ON apexmcp.plain USING brin (at) WITH (autosummarize = on);`;

/** Columns that the caller gives, with the type of their arrays and a value as a gateway would write it. */
const columns: Record<string, [type: string, value: () => string]> = {
  organisation_id: ["uuid", randomUUID],
  actor: ["apexmcp.audit_actor", () => `agent:${randomUUID()}`],
  action: ["apexmcp.audit_action", () => "tool.call"],
  connector: ["apexmcp.audit_label", () => `connector-${randomInt(50)}`],
  tool: ["apexmcp.audit_label", () => `search_${randomInt(20)}`],
  outcome: ["apexmcp.audit_outcome", () => ["succeeded", "refused", "failed"][randomInt(3)]!],
  duration_ms: ["apexmcp.audit_duration", () => String(randomInt(1000))],
  request_id: ["apexmcp.audit_label", randomUUID],
  detail: ["apexmcp.audit_detail", () => JSON.stringify({ bytes: randomInt(100_000), status: 200 })],
};
const names = Object.keys(columns);

const statements = {
  plain: (batch: number) =>
    `INSERT INTO apexmcp.plain (${names.join(", ")}) ` +
    (batch === 1
      ? `VALUES (${names.map((name) => `:${name}::${columns[name]![0]}`).join(", ")})`
      : `SELECT * FROM unnest(${names.map((name) => `:${name}::${columns[name]![0]}[]`).join(", ")})`),
  function: (batch: number) =>
    `SELECT apexmcp.${batch === 1 ? "insert_audit_log_entry" : "insert_audit_log_entries"}(` +
    `${names.map((name) => `:${name}`).join(", ")})`,
};
type Way = keyof typeof statements;

/** As pgbench's variables: a value, or an array literal of as many as the batch has. */
function variables(batch: number): string[] {
  return names.flatMap((name) => {
    const values = Array.from({ length: batch }, columns[name]![1]);
    const array = `{${values.map((value) => `"${value.replaceAll(/["\\]/g, "\\$&")}"`).join(",")}}`;
    return ["-D", `${name}=${batch === 1 ? values[0] : array}`];
  });
}

/** Transactions that each connection makes in SECONDS, from the last run: pgbench counts connecting into a time. */
const paces = new Map<string, number>();

/** Rows a second. */
async function rate(postgres: RealPostgres, way: Way, batch: number): Promise<number> {
  const measure = async (transactions: number) => {
    const options = ["-c", CONNECTIONS, "-j", 2, "-t", transactions, ...variables(batch)].map(String);
    return pgbench(postgres, statements[way](batch), options);
  };
  const key = `${way} ${batch}`;
  const pace = paces.get(key) ?? (await measure(50)) * (SECONDS / CONNECTIONS);
  const tps = await measure(Math.max(50, Math.round(pace)));
  paces.set(key, tps * (SECONDS / CONNECTIONS));
  return batch * tps;
}

/** @returns transactions a second */
async function pgbench(postgres: RealPostgres, script: string, options: string[]): Promise<number> {
  const child = run(
    "docker",
    [
      ...["exec", "--interactive", "--env=PGPASSWORD", "--env=PGSSLMODE=require", postgres.container],
      ...["pgbench", "-h", "127.0.0.1", "-U", "apexmcp_app", "-n", "-M", "prepared", "-f", "/dev/stdin"],
      ...[...options, postgres.database],
    ],
    { env: { ...process.env, PGPASSWORD: postgres.passwords.apexmcp_app } },
  );
  child.child.stdin?.end(`${script};\n`);
  const tps = /tps = ([\d.]+)/.exec((await child).stdout)?.[1];
  if (tps === undefined) throw new Error(`pgbench said nothing of its rate:\n${(await child).stdout}`);
  return Number(tps);
}

/** Grows the log to a size, in batches made in the server, of 10,000 agents. */
async function growTo(postgres: RealPostgres, size: number): Promise<void> {
  const missing = Math.max(0, Math.ceil((size - (await count(postgres))) / 1000));
  const values: Record<string, string> = {
    organisation_id: "gen_random_uuid()",
    actor: "'agent:' || md5(trunc(random() * 10000)::text)",
    action: "'tool.call'::text",
    connector: "'connector-' || trunc(random() * 50)",
    tool: "'search_' || trunc(random() * 20)",
    outcome: "'succeeded'::text",
    duration_ms: "trunc(random() * 1000)::int",
    request_id: "gen_random_uuid()::text",
    detail: "jsonb_build_object('bytes', trunc(random() * 100000), 'status', 200)",
  };
  const arrays = names.map((name) => `array_agg(${values[name]})::${columns[name]![0]}[]`).join(", ");
  const script = `SELECT apexmcp.insert_audit_log_entries(${arrays}) FROM generate_series(1, 1000)`;
  const each = String(Math.ceil(missing / 2));
  if (missing > 0) await pgbench(postgres, script, ["-c", "2", "-j", "2", "-t", each]);
}

async function count(postgres: RealPostgres): Promise<number> {
  return Number(await postgres.administer("SELECT count(*) FROM apexmcp.audit_logs", postgres.database));
}

const median = (samples: readonly number[]) => [...samples].sort((a, b) => a - b)[samples.length >> 1]!;
const show = (value: number) => Math.round(value).toLocaleString("en").padStart(10);

async function compare(postgres: RealPostgres): Promise<void> {
  const subjects = BATCHES.flatMap((batch) =>
    (["plain", "function"] as const).map((way) => ({ way, batch, samples: [] as number[] })),
  );
  for (let round = 0; round < ROUNDS; round++) {
    // Another order each round, so that nobody always runs after the same neighbour.
    for (let turn = 0; turn < subjects.length; turn++) {
      const { way, batch, samples } = subjects[(turn + round) % subjects.length]!;
      samples.push(await rate(postgres, way, batch));
    }
  }
  console.log(
    `Audit entries/s at ${CONNECTIONS} connections, median of ${ROUNDS} interleaved rounds of ${SECONDS} s:`,
  );
  console.log("  entries a commit   plain INSERT   function   share");
  for (const batch of BATCHES) {
    const of = (way: Way) => median(subjects.find((it) => it.way === way && it.batch === batch)!.samples);
    const share = of("function") / of("plain");
    console.log(
      `  ${String(batch).padStart(16)}  ${show(of("plain"))}     ${show(of("function"))}   ${share.toFixed(2)}`,
    );
    if (batch > 1 && share < wantedShare) process.exitCode = 1;
  }
}

async function grow(postgres: RealPostgres): Promise<void> {
  console.log(`Entries/s through the function as the log grows, median of 3 runs of ${SECONDS} s:`);
  console.log("    log's rows    single calls   batches of 100");
  for (let size = 10_000; size <= ROWS; size *= 10) {
    await growTo(postgres, size);
    const of = async (batch: number) => {
      const samples = [];
      for (let i = 0; i < 3; i++) samples.push(await rate(postgres, "function", batch));
      return median(samples);
    };
    console.log(`  ${show(size)}    ${show(await of(1))}       ${show(await of(100))}`);
  }
}

async function verify(postgres: RealPostgres): Promise<void> {
  const samples: number[] = [];
  for (let i = 0; i < 3; i++) {
    const chain = new AuditChain();
    await postgres.as("apexmcp_auditor", async (client) => {
      const start = performance.now();
      await eachAuditRow(client, (entry) => chain.take(entry));
      samples.push((chain.count / (performance.now() - start)) * 1000);
    });
    const [finding] = chain.finish();
    if (finding) throw new Error(`the log that the bench wrote is damaged: ${finding.text}`);
  }
  const rows = await count(postgres);
  console.log(
    `audit-verify: ${show(median(samples))} rows/s, median of 3 walks over ${rows.toLocaleString("en")} rows`,
  );
  if (median(samples) < wantedVerified) process.exitCode = 1;
}

async function main(): Promise<void> {
  await using postgres = await RealPostgres.start();
  await postgres.as("apexmcp_migrator", (client) => client.query(plainTable));
  await compare(postgres);
  await postgres.administer("TRUNCATE apexmcp.plain", postgres.database);
  await postgres.as("apexmcp_migrator", async (client) => {
    await client.query("ALTER TABLE apexmcp.audit_logs DISABLE TRIGGER append_only");
    await client.query("TRUNCATE apexmcp.audit_logs");
    await client.query("ALTER TABLE apexmcp.audit_logs ENABLE ALWAYS TRIGGER append_only");
  });
  await grow(postgres);
  await verify(postgres);
}

void main();

import type { FindingId } from "../../policies/findings";

/** One thing tried as the application's role, in a transaction that is rolled back whatever happens. */
export interface Attempt {
  /** As the report says it. */
  readonly name: string;
  readonly sql: string;
  /** SQLSTATE of the refusal, or `allowed`. */
  readonly expect: string;
}

const DENIED = "42501";
const denied = (name: string, sql = name): Attempt => ({ name, sql, expect: DENIED });
const allowed = (name: string, sql: string): Attempt => ({ name, sql, expect: "allowed" });

const entry = (
  changes: Partial<Record<"actor" | "action" | "tool" | "outcome" | "duration" | "detail", string>> = {},
) => {
  const { actor, action, tool, outcome, duration, detail } = {
    actor: "'agent:probe'",
    action: "'probe.attempt'",
    tool: "NULL",
    outcome: "'succeeded'",
    duration: "1",
    detail: "'{}'",
    ...changes,
  };
  return `SELECT apexmcp.insert_audit_log_entry(NULL, ${actor}, ${action}, NULL, ${tool}, ${outcome}, ${duration}, NULL, ${detail})`;
};
const entries = (count: number, actors = count) => {
  const all = (value: string, length = count) => `array_fill(${value}, ARRAY[${length}])`;
  return `SELECT apexmcp.insert_audit_log_entries(${all("NULL::uuid")}, ${all("'agent:probe'::text", actors)}::apexmcp.audit_actor[],
    ${all("'probe.attempt'::text")}::apexmcp.audit_action[], ${all("NULL::text")}::apexmcp.audit_label[],
    ${all("NULL::text")}::apexmcp.audit_label[], ${all("'refused'::apexmcp.audit_outcome")},
    ${all("1")}::apexmcp.audit_duration[], ${all("NULL::text")}::apexmcp.audit_label[],
    ${all("'{}'::jsonb")}::apexmcp.audit_detail[])`;
};
const organisation = "INSERT INTO apexmcp.organisations (name) VALUES ('probe ' || gen_random_uuid())";

/** Every attempt, by the finding that it proves. */
export const appRoleAttempts = {
  "postgres-audit-disallow-modification": [
    denied("SELECT audit_logs", "SELECT FROM apexmcp.audit_logs LIMIT 1"),
    denied("SELECT FOR UPDATE", "SELECT id FROM apexmcp.audit_logs LIMIT 1 FOR UPDATE"),
    denied("INSERT", "INSERT INTO apexmcp.audit_logs (actor) VALUES ('agent:forged')"),
    denied("UPDATE", "UPDATE apexmcp.audit_logs SET actor = 'agent:forged'"),
    denied("UPDATE no row", "UPDATE apexmcp.audit_logs SET actor = '' WHERE false"),
    denied("DELETE", "DELETE FROM apexmcp.audit_logs"),
    denied("TRUNCATE", "TRUNCATE apexmcp.audit_logs"),
    denied("TRUNCATE CASCADE", "TRUNCATE apexmcp.audit_log_lanes CASCADE"),
    denied("MERGE", "MERGE INTO apexmcp.audit_logs USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE"),
    denied("COPY FROM", "COPY apexmcp.audit_logs FROM STDIN"),
    denied("LOCK TABLE", "LOCK TABLE apexmcp.audit_logs IN ACCESS EXCLUSIVE MODE"),
    denied("LOCK lanes", "SELECT lane FROM apexmcp.audit_log_lanes FOR UPDATE"),
    denied("take a lane", "SELECT apexmcp.take_audit_log_lane()"),
    denied("setval", "SELECT setval('apexmcp.audit_logs_id_seq', 1)"),
    denied("DISABLE TRIGGER", "ALTER TABLE apexmcp.audit_logs DISABLE TRIGGER ALL"),
    denied("DROP TRIGGER", "DROP TRIGGER append_only ON apexmcp.audit_logs"),
    denied("CREATE RULE", "CREATE RULE nothing AS ON INSERT TO apexmcp.audit_logs DO INSTEAD NOTHING"),
    denied("DROP TABLE", "DROP TABLE apexmcp.audit_logs"),
    denied("GRANT to itself", "GRANT ALL ON apexmcp.audit_logs TO apexmcp_app"),
    denied("replica mode", "SET session_replication_role = replica"),
    { name: "actor of a role", sql: entry({ actor: "'role:apexmcp_migrator'" }), expect: "23514" },
    { name: "action in capitals", sql: entry({ action: "'TOOL'" }), expect: "23514" },
    { name: "tool of 201 characters", sql: entry({ tool: "repeat('x', 201)" }), expect: "23514" },
    { name: "unknown outcome", sql: entry({ outcome: "'maybe'" }), expect: "22P02" },
    { name: "negative duration", sql: entry({ duration: "-1" }), expect: "23514" },
    {
      name: "detail of 9 kB",
      sql: entry({ detail: "jsonb_build_object('x', repeat('x', 9000))" }),
      expect: "23514",
    },
    { name: "detail that is no object", sql: entry({ detail: "'[]'" }), expect: "23514" },
    { name: "1001 entries", sql: entries(1001), expect: "22023" },
    { name: "arrays of two lengths", sql: entries(2, 1), expect: "22023" },
    { name: "asynchronous commit", sql: `SET LOCAL synchronous_commit = off; ${entry()}`, expect: "55000" },
    {
      name: "an old snapshot",
      sql: `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; ${entry()}`,
      expect: "55000",
    },
    allowed("one entry", entry()),
    allowed("1000 entries", entries(1000)),
  ],
  "postgres-role-disallow-ddl": [
    denied("CREATE SCHEMA", "CREATE SCHEMA probe"),
    denied("CREATE TABLE", "CREATE TABLE apexmcp.probe ()"),
    denied("CREATE TABLE public", "CREATE TABLE public.probe ()"),
    denied("CREATE TEMP TABLE", "CREATE TEMP TABLE probe ()"),
    denied("SELECT INTO", "SELECT 1 AS one INTO apexmcp.probe"),
    denied("CREATE VIEW", "CREATE VIEW apexmcp.probe AS SELECT 1"),
    denied("CREATE INDEX", "CREATE INDEX ON apexmcp.organisations (created_at)"),
    denied("CREATE FUNCTION", "CREATE FUNCTION apexmcp.probe() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
    denied("CREATE TYPE", "CREATE TYPE apexmcp.probe AS (one int)"),
    denied("CREATE SEQUENCE", "CREATE SEQUENCE apexmcp.probe"),
    denied("CREATE EXTENSION", "CREATE EXTENSION pg_trgm SCHEMA apexmcp"),
    denied(
      "CREATE TRIGGER",
      "CREATE TRIGGER probe BEFORE INSERT ON apexmcp.organisations EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    ),
    denied("ALTER TABLE", "ALTER TABLE apexmcp.organisations ADD probe int"),
    denied("DROP TABLE", "DROP TABLE apexmcp.organisations CASCADE"),
    denied("DROP SCHEMA", "DROP SCHEMA apexmcp CASCADE"),
    denied("TRUNCATE", "TRUNCATE apexmcp.organisations CASCADE"),
    denied("COMMENT", "COMMENT ON TABLE apexmcp.organisations IS 'probe'"),
    allowed("SELECT", "SELECT FROM apexmcp.organisations LIMIT 1"),
    allowed("INSERT", organisation),
    allowed(
      "UPDATE",
      `${organisation}; UPDATE apexmcp.organisations SET name = name WHERE name LIKE 'probe %'`,
    ),
    allowed("DELETE", `${organisation}; DELETE FROM apexmcp.organisations WHERE name LIKE 'probe %'`),
  ],
  "postgres-role-disallow-escalation": [
    denied("SET ROLE migrator", "SET LOCAL ROLE apexmcp_migrator"),
    denied("SET ROLE auditor", "SET LOCAL ROLE apexmcp_auditor"),
    denied("SET ROLE postgres", "SET LOCAL ROLE postgres"),
    denied("SET SESSION AUTHORIZATION", "SET LOCAL SESSION AUTHORIZATION apexmcp_migrator"),
    denied("GRANT a role", "GRANT apexmcp_migrator TO apexmcp_app"),
    denied("GRANT pg_read_all_data", "GRANT pg_read_all_data TO apexmcp_app"),
    denied("CREATE ROLE", "CREATE ROLE apexmcp_probe"),
    denied("ALTER ROLE", "ALTER ROLE apexmcp_app CONNECTION LIMIT -1"),
    denied("COPY TO PROGRAM", "COPY (SELECT 1) TO PROGRAM 'true'"),
    denied("COPY FROM PROGRAM", "COPY apexmcp.organisations (name) FROM PROGRAM 'true'"),
    denied("COPY TO a file", "COPY (SELECT 1) TO '/dev/null'"),
    denied("COPY FROM a file", "COPY apexmcp.organisations (name) FROM '/etc/passwd'"),
    denied("pg_read_file", "SELECT pg_read_file('postgresql.conf')"),
    denied("pg_ls_dir", "SELECT pg_ls_dir('.')"),
    denied("lo_import", "SELECT lo_import('/etc/passwd')"),
    denied("LOAD", "LOAD '/tmp/probe.so'"),
    denied("pg_reload_conf", "SELECT pg_reload_conf()"),
    denied("pg_authid", "SELECT FROM pg_authid"),
    denied("log_statement", "SET LOCAL log_statement = 'none'"),
    denied("CREATE FOREIGN DATA WRAPPER", "CREATE FOREIGN DATA WRAPPER probe"),
    denied("CREATE PUBLICATION", "CREATE PUBLICATION probe FOR ALL TABLES"),
    denied("migration records", "SELECT FROM apexmcp_migrations.checksums"),
  ],
  "postgres-function-require-pinned-search-path": [
    denied("a table in pg_temp", "CREATE TABLE pg_temp.audit_logs ()"),
    denied("a view in pg_temp", "CREATE TEMP VIEW audit_log_lanes AS SELECT 1::smallint AS lane"),
    denied(
      "a function in pg_temp",
      "CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'",
    ),
    denied(
      "a function in public",
      "CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'",
    ),
    denied(
      "a function in apexmcp",
      "CREATE FUNCTION apexmcp.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'",
    ),
    denied(
      "an operator in public",
      "CREATE OPERATOR public.|| (FUNCTION = byteacat, LEFTARG = bytea, RIGHTARG = bytea)",
    ),
    denied(
      "replace the function",
      "CREATE OR REPLACE FUNCTION apexmcp.refuse_audit_log_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    ),
    denied("ALTER FUNCTION", "ALTER FUNCTION apexmcp.insert_audit_log_entry SET search_path = pg_temp"),
    denied("DROP FUNCTION", "DROP FUNCTION apexmcp.insert_audit_log_entry"),
    denied("call the trigger's function", "SELECT apexmcp.refuse_audit_log_change()"),
    allowed("call it with pg_temp first", `SET LOCAL search_path = pg_temp, public, apexmcp; ${entry()}`),
  ],
} as const satisfies Partial<Record<FindingId, readonly Attempt[]>>;

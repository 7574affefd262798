import { setTimeout as sleep } from "node:timers/promises";

import { appRoleAttempts } from "../../../probes/postgres/appRoleAttempts";
import { disallowAuditModification } from "../../../probes/postgres/disallowAuditModification";
import { disallowDdl } from "../../../probes/postgres/disallowDdl";
import { disallowEscalation } from "../../../probes/postgres/disallowEscalation";
import { requirePinnedSearchPath } from "../../../probes/postgres/requirePinnedSearchPath";
import { enableLog } from "../../../probes/postgres/enableLog";
import { limitDatabases } from "../../../probes/postgres/limitDatabases";
import { outcomesOf } from "../../../probes/postgres/tryAsApp";
import { RealPostgres } from "../../support/realPostgres";
import { compliantTarget } from "../compliantTarget";

jest.setTimeout(120_000);

let postgres: RealPostgres;
beforeAll(async () => {
  postgres = await RealPostgres.start();
});
afterAll(() => postgres?.[Symbol.asyncDispose]());

const target = () => ({
  ...compliantTarget(),
  postgres: { host: postgres.host, port: postgres.port, database: postgres.database },
  caCertificate: postgres.caCertificate,
  secrets: { POSTGRES_APP_PASSWORD: postgres.passwords.apexmcp_app },
});
const administer = (sql: string) => postgres.administer(sql, postgres.database);
const until = async (condition: () => Promise<boolean>) => {
  while (!(await condition())) await sleep(100);
};
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "allowed",
    (error: { code: string }) => error.code,
  );

// postgres-audit-disallow-modification, postgres-role-disallow-ddl, postgres-role-disallow-escalation and
// postgres-function-require-pinned-search-path: each attempt by itself, then each probe.
describe.each(Object.entries(appRoleAttempts))("%s", (_finding, attempts) => {
  it.each(attempts.map((attempt) => [attempt.name, attempt.expect, attempt]))(
    "%s: %s",
    async (_, expected, attempt) => {
      const [result] = await postgres.as("apexmcp_app", (client) => outcomesOf(client, [attempt]));
      expect(result?.outcome).toBe(expected);
    },
  );
});

const probes = [disallowAuditModification, disallowDdl, disallowEscalation, requirePinnedSearchPath];

it.each(probes)("$finding passes on the migrated server, and says each SQLSTATE", async ({ run }) => {
  expect(await run(target())).toMatchObject({
    outcome: "pass",
    observed: expect.stringContaining(" 42501, ") as string,
  });
});

it.each([
  [
    disallowAuditModification.finding,
    "GRANT SELECT ON apexmcp.audit_logs TO apexmcp_app",
    "REVOKE ALL ON apexmcp.audit_logs FROM apexmcp_app",
    "SELECT audit_logs: allowed, not 42501",
    disallowAuditModification,
  ],
  [
    disallowAuditModification.finding,
    "REVOKE EXECUTE ON FUNCTION apexmcp.insert_audit_log_entry FROM apexmcp_app",
    "GRANT EXECUTE ON FUNCTION apexmcp.insert_audit_log_entry TO apexmcp_app",
    "one entry: 42501, not allowed",
    disallowAuditModification,
  ],
  [
    disallowDdl.finding,
    "GRANT CREATE ON SCHEMA apexmcp TO apexmcp_app",
    "REVOKE CREATE ON SCHEMA apexmcp FROM apexmcp_app",
    "CREATE TABLE: allowed, not 42501",
    disallowDdl,
  ],
  [
    disallowDdl.finding,
    "GRANT TEMP ON DATABASE apexmcp TO PUBLIC",
    "REVOKE TEMP ON DATABASE apexmcp FROM PUBLIC",
    "CREATE TEMP TABLE: allowed, not 42501",
    disallowDdl,
  ],
  [
    disallowDdl.finding,
    "GRANT TRUNCATE ON ALL TABLES IN SCHEMA apexmcp TO apexmcp_app",
    "REVOKE TRUNCATE ON ALL TABLES IN SCHEMA apexmcp FROM apexmcp_app",
    "TRUNCATE: allowed, not 42501",
    disallowDdl,
  ],
  [
    disallowEscalation.finding,
    "GRANT apexmcp_auditor TO apexmcp_app",
    "REVOKE apexmcp_auditor FROM apexmcp_app",
    "SET ROLE auditor: allowed, not 42501",
    disallowEscalation,
  ],
  [
    disallowEscalation.finding,
    "GRANT pg_execute_server_program TO apexmcp_app",
    "REVOKE pg_execute_server_program FROM apexmcp_app",
    "COPY FROM PROGRAM: allowed, not 42501",
    disallowEscalation,
  ],
  [
    requirePinnedSearchPath.finding,
    "ALTER FUNCTION apexmcp.insert_audit_log_entry RESET search_path",
    "ALTER FUNCTION apexmcp.insert_audit_log_entry SET search_path = pg_catalog, pg_temp",
    "not pinned with pg_temp last",
    requirePinnedSearchPath,
  ],
  [
    requirePinnedSearchPath.finding,
    "ALTER FUNCTION apexmcp.insert_audit_log_entry SET search_path = pg_temp, pg_catalog",
    "ALTER FUNCTION apexmcp.insert_audit_log_entry SET search_path = pg_catalog, pg_temp",
    "not pinned with pg_temp last",
    requirePinnedSearchPath,
  ],
  [
    requirePinnedSearchPath.finding,
    "GRANT EXECUTE ON FUNCTION apexmcp.insert_audit_log_entries TO PUBLIC",
    "REVOKE EXECUTE ON FUNCTION apexmcp.insert_audit_log_entries FROM PUBLIC",
    "open to PUBLIC: apexmcp.insert_audit_log_entries",
    requirePinnedSearchPath,
  ],
])("%s fails after %s", async (_, breaking, mending, observed, { run }) => {
  await administer(breaking);
  try {
    expect(await run(target())).toMatchObject({
      outcome: "fail",
      observed: expect.stringContaining(observed) as string,
    });
  } finally {
    await administer(mending);
  }
});

it("postgres-connection-limit-databases and postgres-log-enable-connections pass on the stack's server", async () => {
  expect(await limitDatabases.run(target())).toMatchObject({ outcome: "pass" });
  expect(await enableLog.run(target())).toMatchObject({ outcome: "pass" });
});

it.each([
  ["log_connections", "off"],
  ["log_statement", "none"],
  ["log_line_prefix", "%m "],
])("postgres-log-enable-connections fails when %s is %s", async (setting, value) => {
  await administer(`ALTER SYSTEM SET ${setting} = '${value}'`);
  await administer("SELECT pg_reload_conf()");
  try {
    await until(async () => (await enableLog.run(target())).outcome === "fail");
    expect((await enableLog.run(target())).observed).toBe(`${setting} is ${value}`);
  } finally {
    await administer(`ALTER SYSTEM RESET ${setting}`);
    await administer("SELECT pg_reload_conf()");
    await until(async () => (await enableLog.run(target())).outcome === "pass");
  }
});

it("gives the application its rights on tables that later migrations create, and no more", async () => {
  await postgres.as("apexmcp_migrator", (client) => client.query("CREATE TABLE apexmcp.tomorrow (x int)"));
  await postgres.as("apexmcp_app", async (client) => {
    await client.query(
      "INSERT INTO apexmcp.tomorrow VALUES (1); UPDATE apexmcp.tomorrow SET x = 2; SELECT FROM apexmcp.tomorrow; DELETE FROM apexmcp.tomorrow",
    );
    expect(await codeOf(client.query("TRUNCATE apexmcp.tomorrow"))).toBe("42501");
    expect(await codeOf(client.query("ALTER TABLE apexmcp.tomorrow ADD y int"))).toBe("42501");
  });
  await postgres.as("apexmcp_migrator", async (client) => {
    await client.query("CREATE FUNCTION apexmcp.later() RETURNS int LANGUAGE sql AS 'SELECT 1'");
  });
  expect(await codeOf(postgres.as("apexmcp_app", (client) => client.query("SELECT apexmcp.later()")))).toBe(
    "42501",
  );
});

it("lets the auditor read the audit log, and nothing else", async () => {
  await postgres.as("apexmcp_auditor", async (client) => {
    await client.query("SELECT * FROM apexmcp.audit_logs");
    for (const sql of [
      "SELECT FROM apexmcp.organisations",
      "SELECT FROM apexmcp.audit_log_lanes FOR UPDATE",
      "DELETE FROM apexmcp.audit_logs",
      "SELECT apexmcp.insert_audit_log_entry(NULL, NULL, 'x', NULL, NULL, 'failed', 0, NULL, '{}')",
      "CREATE TEMP TABLE x ()",
    ]) {
      expect(`${sql}: ${await codeOf(client.query(sql))}`).toBe(`${sql}: 42501`);
    }
  });
});

describe("the audit log's trigger", () => {
  const changes = [
    "UPDATE apexmcp.audit_logs SET actor = 'agent:x'",
    "DELETE FROM apexmcp.audit_logs",
    "TRUNCATE apexmcp.audit_logs",
    "UPDATE apexmcp.audit_logs SET actor = 'agent:x' WHERE false",
  ];

  it.each(changes)("refuses the table's owner: %s", async (sql) => {
    expect(await codeOf(postgres.as("apexmcp_migrator", (client) => client.query(sql)))).toBe("42501");
  });

  it.each([...changes, "INSERT INTO apexmcp.audit_logs (actor) VALUES ('agent:x')"])(
    "refuses a superuser, in replica mode too: %s",
    async (sql) => {
      await expect(administer(sql)).rejects.toThrow("the audit log is append-only");
      await expect(administer(`SET session_replication_role = replica; ${sql}`)).rejects.toThrow(
        "append-only",
      );
    },
  );

  it("refuses an application role that was granted everything", async () => {
    await administer("GRANT ALL ON apexmcp.audit_logs TO apexmcp_app");
    for (const sql of [...changes, "INSERT INTO apexmcp.audit_logs (actor) VALUES ('agent:x')"]) {
      const refused = postgres.as("apexmcp_app", (client) => client.query(sql));
      await expect(refused).rejects.toMatchObject({
        code: "42501",
        message: expect.stringContaining("append-only") as string,
      });
    }
    await administer("REVOKE ALL ON apexmcp.audit_logs FROM apexmcp_app");
  });
});

it("says itself who connected and when, and takes no role's name from the caller", async () => {
  const before = Date.now();
  await postgres.as("apexmcp_app", async (client) => {
    await client.query("SET timezone = 'Pacific/Auckland'; SET datestyle = 'German'");
    await client.query(
      "SELECT apexmcp.insert_audit_log_entry(NULL, NULL, 'self', NULL, NULL, 'succeeded', 1, 'request', '{}')",
    );
  });
  const { rows } = await postgres.as("apexmcp_auditor", (client) =>
    client.query<{ actor: string; recorded_by: string; at: Date }>(
      "SELECT actor, recorded_by, at FROM apexmcp.audit_logs WHERE action = 'self'",
    ),
  );
  expect(rows).toMatchObject([{ actor: "role:apexmcp_app", recorded_by: "apexmcp_app" }]);
  expect(Math.abs(rows[0]!.at.getTime() - before)).toBeLessThan(5_000);
});

it("writes to the real table when the caller shadows every name in pg_temp", async () => {
  await administer("GRANT TEMP ON DATABASE apexmcp TO apexmcp_app");
  await postgres.as("apexmcp_app", async (client) => {
    await client.query(`SET search_path = pg_temp, apexmcp, public;
      CREATE TABLE pg_temp.audit_logs (LIKE pg_catalog.pg_class);
      CREATE TABLE pg_temp.audit_log_lanes (lane smallint);
      CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT 'forged'::bytea $$;
      CREATE FUNCTION pg_temp.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$`);
    await client.query(
      "SELECT apexmcp.insert_audit_log_entry(NULL, NULL, 'shadowed', NULL, NULL, 'succeeded', 1, NULL, '{}')",
    );
  });
  await administer("REVOKE TEMP ON DATABASE apexmcp FROM apexmcp_app");
  expect(
    await administer(
      "SELECT length(hash), at > now() - interval '1 minute' FROM apexmcp.audit_logs WHERE action = 'shadowed'",
    ),
  ).toBe("32|t");
});

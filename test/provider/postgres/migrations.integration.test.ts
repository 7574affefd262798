import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createDevCertificates } from "../../../commands/devCertificates";
import type { Context } from "../../../provider/resource";
import { connect } from "../../../provider/postgres/connect";
import { describeMigration, readMigrations } from "../../../provider/postgres/migrationFiles";
import { migrations } from "../../../provider/postgres/migrations";
import { migrationsDirectory, RealPostgres } from "../../support/realPostgres";
import { freePort } from "../../support/freePort";

jest.setTimeout(120_000);

let postgres: RealPostgres;
let directory: string;
let said: string[];
const context: Context = {
  urn: "urn:pulumi:dev::test::hardening:postgres:Migrations::test",
  log: {
    progress: (message) => said.push(message),
    info: (message) => said.push(message),
    warn: (message) => said.push(message),
  },
};

beforeAll(async () => {
  postgres = await RealPostgres.start({ migrated: false });
});
afterAll(() => postgres?.[Symbol.asyncDispose]());
beforeEach(async () => {
  said = [];
  directory = mkdtempSync(join(tmpdir(), "migrations-"));
  await postgres.administer(
    `DROP DATABASE ${postgres.database} WITH (FORCE);\nCREATE DATABASE ${postgres.database} OWNER apexmcp_migrator;`,
  );
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (name: string, sql: string) => writeFileSync(join(directory, name), sql);
const inputs = () => ({
  ...postgres.address("apexmcp_migrator"),
  directory,
  migrations: readMigrations(directory).map(describeMigration),
});
const state = (applied: string[] = []) => ({ ...inputs(), applied });
const tables = () =>
  postgres.administer(
    "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'app' AND relkind = 'r'",
    postgres.database,
  );
const failure = async (work: Promise<unknown>) =>
  work.then(
    () => Promise.reject(new Error("nothing failed")),
    (error: Error) => error.message,
  );

it("runs the gateway's own migrations", async () => {
  cpSync(migrationsDirectory, directory, { recursive: true });
  const { outputs } = await migrations.create(inputs(), context);
  expect(outputs.applied).toEqual(readdirSync(migrationsDirectory).sort());
});

it("runs each file once, and only new ones later", async () => {
  write("0001_schema.sql", "CREATE SCHEMA app; CREATE TABLE app.first ();");
  await migrations.create(inputs(), context);
  write("0002_second.sql", "CREATE TABLE app.second ();");
  const outputs = await migrations.update(state(), inputs(), context);
  expect(outputs).toEqual({ applied: ["0001_schema.sql", "0002_second.sql"] });
  expect(said).toEqual(["ran: 0001_schema.sql", "ran: 0002_second.sql"]);
  expect(await tables()).toBe("first second");
});

it("lists in a preview what would run, and runs nothing", async () => {
  write("0001_schema.sql", "CREATE SCHEMA app;");
  write("0002_table.sql", "CREATE TABLE app.first ();");
  const difference = await migrations.diff(state(), inputs(), [], context);
  expect(difference).toEqual({ changes: true });
  expect(said).toEqual(["would run: 0001_schema.sql, 0002_table.sql"]);
  expect(await tables()).toBe("");
});

it("has nothing to do when all has run, wherever the files are", async () => {
  write("0001_schema.sql", "CREATE SCHEMA app;");
  await migrations.create(inputs(), context);
  expect(await migrations.diff(state(), inputs(), ["directory"], context)).toEqual({ changes: false });
  expect(await migrations.read(state(), context)).toEqual({ applied: ["0001_schema.sql"] });
});

it("refuses a file that was edited, and one that is missing, in a preview and in an update", async () => {
  write("0001_schema.sql", "CREATE SCHEMA app;");
  write("0002_table.sql", "CREATE TABLE app.first ();");
  await migrations.create(inputs(), context);

  write("0001_schema.sql", "CREATE SCHEMA app; -- edited");
  const edited = /0001_schema\.sql was changed after it ran: put it back/;
  expect(await failure(migrations.diff(state(), inputs(), [], context))).toMatch(edited);
  expect(await failure(migrations.update(state(), inputs(), context))).toMatch(edited);

  write("0001_schema.sql", "CREATE SCHEMA app;");
  rmSync(join(directory, "0002_table.sql"));
  const missing = /0002_table\.sql ran, but is not in the directory any more/;
  expect(await failure(migrations.diff(state(), inputs(), [], context))).toMatch(missing);
  expect(await failure(migrations.update(state(), inputs(), context))).toMatch(missing);
});

it("rolls a failing migration back wholly, and names file, line, column and SQLSTATE", async () => {
  write("0001_schema.sql", "CREATE SCHEMA app; CREATE TABLE app.first ();");
  write("0002_broken.sql", "CREATE TABLE app.second ();\nCREATE TABLE app.third (id nonsense);\n");
  write("0003_never.sql", "CREATE TABLE app.fourth ();");
  const message = await failure(migrations.create(inputs(), context));
  expect(message).toMatch(
    /^migration 0002_broken\.sql failed at line 2, column 28: type "nonsense" does not exist \(SQLSTATE 42704\)/,
  );
  expect(message).not.toContain(postgres.passwords.apexmcp_migrator);
  expect(await tables()).toBe("first");

  write("0002_broken.sql", "CREATE TABLE app.second ();\nCREATE TABLE app.third (id int);\n");
  await migrations.create(inputs(), context);
  expect(await tables()).toBe("first fourth second third");
});

it("shows what was granted and revoked by hand, and the next update undoes it", async () => {
  cpSync(migrationsDirectory, directory, { recursive: true });
  await migrations.create(inputs(), context);
  await postgres.administer(
    `GRANT UPDATE ON apexmcp.audit_logs TO apexmcp_app WITH GRANT OPTION;
     GRANT SELECT (actor) ON apexmcp.audit_logs TO apexmcp_app;
     GRANT TEMPORARY ON DATABASE apexmcp TO PUBLIC;
     GRANT EXECUTE ON FUNCTION apexmcp.take_audit_log_lane TO apexmcp_app;
     REVOKE SELECT ON apexmcp.audit_logs FROM apexmcp_auditor;`,
    postgres.database,
  );
  const drift = [
    "too much: EXECUTE ON ROUTINE apexmcp.take_audit_log_lane() TO apexmcp_app",
    "too much: SELECT (actor) ON TABLE apexmcp.audit_logs TO apexmcp_app",
    "too much: TEMPORARY ON DATABASE apexmcp TO PUBLIC",
    "too much: UPDATE ON TABLE apexmcp.audit_logs TO apexmcp_app WITH GRANT OPTION",
    "missing: SELECT ON TABLE apexmcp.audit_logs TO apexmcp_auditor",
  ].join("; ");
  said = [];
  expect(await migrations.diff(state(), inputs(), [], context)).toEqual({ changes: true });
  expect(said).toEqual([`granted by hand; an update corrects it: ${drift}`]);
  await migrations.update(state(), inputs(), context);
  expect(said.at(-1)).toBe(`corrected: ${drift}`);
  expect(await migrations.diff(state(), inputs(), [], context)).toEqual({ changes: false });
});

it("refuses to go on where only a superuser can take back what a role has", async () => {
  cpSync(migrationsDirectory, directory, { recursive: true });
  await migrations.create(inputs(), context);
  await postgres.administer("ALTER TABLE apexmcp.connectors OWNER TO apexmcp_app", postgres.database);
  expect(await failure(migrations.update(state(), inputs(), context))).toMatch(
    /TABLE apexmcp\.connectors BELONGS TO apexmcp_app.* Correct it as a superuser/,
  );
});

it("takes what is granted for declared in a database whose migrations ran before grants were recorded", async () => {
  write("0001_schema.sql", "CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO apexmcp_app;");
  await migrations.create(inputs(), context);
  await postgres.administer("DROP TABLE apexmcp_migrations.grants", postgres.database);
  await migrations.update(state(), inputs(), context);
  await postgres.administer("GRANT CREATE ON SCHEMA app TO apexmcp_app", postgres.database);
  await migrations.update(state(), inputs(), context);
  expect(said.at(-1)).toBe("corrected: too much: CREATE ON SCHEMA app TO apexmcp_app");
});

it("lets two runs at once take turns: each migration runs once", async () => {
  write("0001_schema.sql", "SELECT pg_sleep(0.5); CREATE SCHEMA app;");
  write("0002_table.sql", "SELECT pg_sleep(0.5); CREATE TABLE app.first ();");
  const runs = await Promise.all([1, 2, 3].map(() => migrations.create(inputs(), context)));
  expect(runs.map(({ outputs }) => outputs.applied)).toEqual(
    runs.map(() => ["0001_schema.sql", "0002_table.sql"]),
  );
  expect(said).toEqual(["ran: 0001_schema.sql, 0002_table.sql"]);
});

it("leaves nothing half-done when the server dies midway, and carries on after it is back", async () => {
  write("0001_schema.sql", "CREATE SCHEMA app;");
  write("0002_slow.sql", "CREATE TABLE app.first (); SELECT pg_sleep(30);");
  const dying = failure(migrations.create(inputs(), context));
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await postgres.kill();
  expect(await dying).toMatch(/^migration 0002_slow\.sql failed/);

  write("0002_slow.sql", "CREATE TABLE app.first ();");
  const waiting = migrations.create(inputs(), context); // waits for the server
  await postgres.startAgain();
  expect((await waiting).outputs.applied).toHaveLength(2);
  expect(await tables()).toBe("first");
});

it("says of a database that doesn't answer which it is, in time", async () => {
  write("0001_schema.sql", "CREATE SCHEMA app;");
  const port = await freePort();
  expect(await failure(connect({ ...inputs(), port }, 1_000))).toMatch(
    `PostgreSQL at 127.0.0.1:${port}, database apexmcp, user apexmcp_migrator: no connection within 1 s`,
  );
  expect(await migrations.diff(state(), { ...inputs(), port }, ["port"], context)).toEqual({ changes: true });
  expect(said.join()).toMatch(/no connection .* What would run is not known\.$/);
});

it("refuses at once, and without the password, what waiting can't mend", async () => {
  const address = postgres.address("apexmcp_migrator");
  const password = "wrong but not to be shown";
  const wrongPassword = await failure(connect({ ...address, password }, 60_000));
  expect(wrongPassword).toMatch(/password authentication failed.*28P01/);
  expect(wrongPassword).not.toContain(password);
  expect(await failure(connect({ ...address, database: "nowhere" }, 60_000))).toMatch(
    /no pg_hba.conf entry|rejects connection.*28000/,
  );
});

it("trusts no server whose certificate is of another CA, or for another name", async () => {
  const address = postgres.address("apexmcp_migrator");
  const { ca } = await createDevCertificates("other", "127.0.0.1");
  expect(await failure(connect({ ...address, caCertificate: ca }, 60_000))).toMatch(/certificate/);

  const elsewhere = createServer((socket) => {
    const upstream = createConnection(postgres.port, "127.0.0.1");
    socket.pipe(upstream).pipe(socket);
    for (const end of [socket, upstream]) end.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.2", resolve));
  const { port } = elsewhere.address() as AddressInfo;
  expect(await failure(connect({ ...address, host: "127.0.0.2", port }, 60_000))).toMatch(/127\.0\.0\.2/);
  elsewhere.close();
});

import { roleBounds } from "../../../provider/postgres/roleBounds";
import type { Context } from "../../../provider/resource";
import { RealPostgres } from "../../support/realPostgres";

jest.setTimeout(120_000);

let postgres: RealPostgres;
let said: string[] = [];
const say = (message: string) => void said.push(message);
const context: Context = { urn: "urn:test", log: { progress: say, info: say, warn: say } };
const settings = ["statement_timeout=30000", "search_path=apexmcp"];
const inputs = () => ({ ...postgres.address("apexmcp_deployer"), role: "apexmcp_app", settings });
const state = () => ({ ...inputs(), name: "apexmcp_app" });
const difference = () => roleBounds.diff(state(), inputs(), [], context);
const update = () => roleBounds.update(state(), inputs(), context);

beforeAll(async () => {
  postgres = await RealPostgres.start({ migrated: false });
  await roleBounds.create(inputs(), context);
});
afterAll(() => postgres?.[Symbol.asyncDispose]());
beforeEach(() => void (said = []));

it("gives a role its settings, which its sessions have", async () => {
  const { rows } = await postgres.as("apexmcp_app", (client) =>
    client.query("SELECT current_setting('statement_timeout') AS a, current_setting('search_path') AS b"),
  );
  expect(rows).toEqual([{ a: "30s", b: "apexmcp" }]);
  expect(await difference()).toEqual({ changes: false });
});

// postgres-role-disallow-superuser, postgres-role-disallow-escalation
it.each([
  ["ALTER ROLE apexmcp_app SUPERUSER", "is SUPERUSER"],
  ["ALTER ROLE apexmcp_app CREATEROLE CREATEDB", "is CREATEROLE, is CREATEDB"],
  ["ALTER ROLE apexmcp_app REPLICATION BYPASSRLS", "is REPLICATION, is BYPASSRLS"],
  ["GRANT apexmcp_migrator TO apexmcp_app WITH ADMIN OPTION", "is a member of apexmcp_migrator"],
  ["GRANT postgres TO apexmcp_app", "is a member of postgres"],
  ["GRANT pg_execute_server_program TO apexmcp_app", "is a member of pg_execute_server_program"],
  ["ALTER ROLE apexmcp_app SET log_statement = none", "is set log_statement=none"],
  [
    "ALTER ROLE apexmcp_app IN DATABASE apexmcp SET session_replication_role = replica",
    "is set session_replication_role=replica in one database",
  ],
  ["ALTER ROLE apexmcp_app RESET statement_timeout", "is not set statement_timeout=30000"],
])("shows that a role was changed by %s, and the next update corrects it", async (change, phrase) => {
  await postgres.administer(change);
  expect(await difference()).toEqual({ changes: true });
  expect(said).toEqual([`apexmcp_app: ${phrase}; an update corrects it`]);
  await update();
  expect(said.at(-1)).toBe(`corrected: apexmcp_app ${phrase}`);
  said = [];
  expect(await difference()).toEqual({ changes: false });
  expect(said).toEqual([]);
});

it("lets the deployer strip neither a superuser that the server needs, nor anybody through it", async () => {
  for (const role of ["postgres", "pg_monitor", "apexmcp_deployer"]) {
    const strip = postgres.as("apexmcp_deployer", (client) =>
      client.query("SELECT apexmcp_admin.strip_role($1)", [role]),
    );
    await expect(strip).rejects.toMatchObject({ code: "42501" });
  }
  expect(await postgres.administer("SELECT rolsuper FROM pg_roles WHERE rolname = 'postgres'")).toBe("t");
});

it("says of a server that doesn't answer that it can't tell, and of a role that isn't there that it isn't", async () => {
  const { port } = inputs();
  expect(await roleBounds.diff(state(), { ...inputs(), port: port - 1 }, [], context)).toEqual({
    changes: false,
  });
  expect(said.join()).toMatch(/no connection .* What apexmcp_app has is not known\.$/);
  await expect(roleBounds.create({ ...inputs(), role: "apexmcp_nobody" }, context)).rejects.toThrow(
    "there is no role apexmcp_nobody; make it first",
  );
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import { root } from "../../commands/state";
import { RealPostgres } from "../support/realPostgres";

jest.setTimeout(120_000);

let postgres: RealPostgres;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "audit-log-"));
  postgres = await RealPostgres.start();
  writeFileSync(join(directory, "ca.crt"), postgres.caCertificate);
  await postgres.as("apexmcp_app", async (client) => {
    for (let number = 1; number <= 60; number++)
      await client.query(
        `SELECT apexmcp.insert_audit_log_entry(NULL, $1, 'tool.call', 'github', $2, 'succeeded', $3, NULL, $4)`,
        [`agent:${number % 2}`, "\u001b[2Jwipe", number, { number }],
      );
    await client.query(
      `SELECT apexmcp.insert_audit_log_entry(NULL, 'system:anonymous', 'token.issue', NULL, NULL, 'refused', NULL, NULL, '{}')`,
    );
  });
});
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await postgres?.[Symbol.asyncDispose]();
});

/** `make audit-log` as an auditor elsewhere runs it. */
const show = (args: readonly string[] = [], env: Record<string, string> = {}) =>
  execa("node", ["-r", "ts-node/register", "commands/auditLog.ts", ...args], {
    cwd: root,
    reject: false,
    env: {
      PGHOST: postgres.host,
      PGPORT: String(postgres.port),
      PGPASSWORD: postgres.passwords.apexmcp_auditor,
      PGSSLROOTCERT: join(directory, "ca.crt"),
      NODE_OPTIONS: "",
      ...env,
    },
  });
const numbers = async (args: readonly string[]) => {
  const { stdout } = await show(["--json", ...args]);
  const entries = stdout.split("\n").filter(Boolean);
  return entries.map((line) => (JSON.parse(line) as { detail: { number?: number } }).detail.number);
};

it("shows the newest 50 entries, the newest last, as a table that drives no terminal", async () => {
  const { stdout, exitCode } = await show();
  const rows = stdout.split("\n").filter((line) => /│ 20\d\d-/.test(line));
  expect([exitCode, rows.length]).toEqual([0, 50]);
  expect(rows.at(-1)).toMatch(/system:anonymous +│ token.issue +│ +│ refused/);
  expect(rows.at(-2)).toMatch(/agent:0 +│ tool.call +│ github .\[2Jwipe +│ succeeded │ 60 +│ number=60/);
  expect(stdout).not.toContain("\u001b");
});

it("shows only what it is asked for", async () => {
  expect(await numbers(["--last", "3", "--actor", "agent:1"])).toEqual([55, 57, 59]);
  expect(await numbers(["--outcome", "refused"])).toEqual([undefined]);
  expect(await numbers(["--action", "tool.call", "--last", "1"])).toEqual([60]);
  expect(await numbers(["--since", "1h", "--last", "1000"])).toHaveLength(61);
  expect(await numbers(["--since", "2999-01-01"])).toEqual([]);
});

it.each([
  [["--last", "none"], "give 1 or more"],
  [["--since", "yesterday"], "give 90s, 15m, 2h, 7d"],
  [["--outcome", "good"], "give succeeded, refused or failed"],
])("refuses %j and says what to give", async (args, fix) => {
  expect(await show(args)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(fix) as string });
});

it("exits 2 when the log can't be read", async () => {
  const { exitCode, stderr } = await show([], { PGPASSWORD: "wrong" });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("could not be read")]);
});

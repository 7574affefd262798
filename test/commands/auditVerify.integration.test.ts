import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { AuditChain } from "../../commands/auditChain";
import { eachAuditRow } from "../../commands/auditRows";
import { RealPostgres } from "../support/realPostgres";

jest.setTimeout(120_000);

const root = join(__dirname, "../..");
let postgres: RealPostgres;
let directory: string;
const file = (name: string) => join(directory, name);

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "audit-verify-"));
  postgres = await RealPostgres.start();
  writeFileSync(file("ca.crt"), postgres.caCertificate);
  for (const name of ["ours", "other"]) {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    writeFileSync(file(`${name}.key`), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    writeFileSync(file(`${name}.pub`), publicKey.export({ type: "spki", format: "pem" }));
  }
});
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await postgres?.[Symbol.asyncDispose]();
});

/** `make audit-verify` as an auditor elsewhere runs it. */
function verify(
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  const connection = {
    PGHOST: postgres.host,
    PGPORT: String(postgres.port),
    PGPASSWORD: postgres.passwords.apexmcp_auditor,
    PGSSLROOTCERT: file("ca.crt"),
  };
  const node = ["-r", "ts-node/register", "commands/auditVerify.ts", ...args];
  return new Promise((done) => {
    execFile(
      process.execPath,
      node,
      { cwd: root, env: { ...process.env, ...connection, ...env } },
      (error, stdout, stderr) => {
        done({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
      },
    );
  });
}

/** Starts anew with entries 1 to 10 in one lane. */
beforeEach(async () => {
  await asOwner("TRUNCATE apexmcp.audit_logs RESTART IDENTITY");
  await append(10);
});

const append = (count: number) =>
  postgres.as("apexmcp_app", async (client) => {
    for (let i = 1; i <= count; i++) {
      await client.query(
        `SELECT apexmcp.insert_audit_log_entry(gen_random_uuid(), $1, 'tool.call', 'github', NULL, 'succeeded', $2, $3, $4)`,
        [`agent:${i}`, i, `request "${i}", \\(é)\n`, { bytes: i, note: "ünï\t" }],
      );
    }
  });

/** What a superuser can do who means to: switch the trigger off, change rows, switch it on again. */
const asOwner = (sql: string) =>
  postgres.administer(
    `ALTER TABLE apexmcp.audit_logs DISABLE TRIGGER ALL; ${sql}; ALTER TABLE apexmcp.audit_logs ENABLE ALWAYS TRIGGER append_only, ENABLE ALWAYS TRIGGER function_only;`,
    postgres.database,
  );
const laneOf = (id: number) =>
  postgres.administer(`SELECT lane FROM apexmcp.audit_logs WHERE id = ${id}`, postgres.database);
/** The hash made anew, as somebody who knows the canonical form would. */
const rehash = (
  id: number,
) => `UPDATE apexmcp.audit_logs SET hash = sha256(previous_hash || convert_to(ROW(lane, seq,
  (extract(epoch FROM at) * 1000000)::bigint, recorded_by, organisation_id, actor, action, connector, tool, outcome,
  duration_ms, request_id, detail)::text, 'UTF8')) WHERE id = ${id}`;

it("finds a sound log sound, whatever is in its entries", async () => {
  const { code, output } = await verify();
  expect(output).toMatch(/^10 entries in 1 lanes read .*\nhead [0-9a-f]{64}\nThe audit log is sound\n/);
  expect(code).toBe(0);
});

it("finds an empty log sound", async () => {
  await asOwner("TRUNCATE apexmcp.audit_logs");
  expect((await verify()).code).toBe(0);
});

const columns = "actor = x.actor, duration_ms = x.duration_ms, request_id = x.request_id, detail = x.detail";
const tamperings: [string, string, (lane: string) => string][] = [
  [
    "a changed actor",
    "UPDATE apexmcp.audit_logs SET actor = 'agent:x' WHERE id = 5",
    (lane) => `lane ${lane}, entry 5 (row 5): changed`,
  ],
  [
    "a changed time",
    "UPDATE apexmcp.audit_logs SET at = at + interval '1 microsecond' WHERE id = 5",
    (lane) => `lane ${lane}, entry 5 (row 5): changed`,
  ],
  [
    "a changed detail",
    `UPDATE apexmcp.audit_logs SET detail = '{"bytes": 5}' WHERE id = 5`,
    (lane) => `lane ${lane}, entry 5 (row 5): changed`,
  ],
  [
    "a NULL where a value was",
    "UPDATE apexmcp.audit_logs SET connector = NULL WHERE id = 5",
    (lane) => `lane ${lane}, entry 5 (row 5): changed`,
  ],
  [
    "a changed hash",
    "UPDATE apexmcp.audit_logs SET hash = sha256(hash) WHERE id = 5",
    (lane) => `lane ${lane}, entry 5 (row 5): changed`,
  ],
  [
    "a hash cut short",
    "UPDATE apexmcp.audit_logs SET hash = '\\x00' WHERE id = 5",
    (lane) => `lane ${lane}, entry 5 (row 5): changed`,
  ],
  [
    "a changed last row",
    "UPDATE apexmcp.audit_logs SET actor = 'agent:x' WHERE id = 10",
    (lane) => `lane ${lane}, entry 10 (row 10): changed`,
  ],
  [
    "a changed row with its hash made anew",
    `UPDATE apexmcp.audit_logs SET actor = 'agent:x' WHERE id = 5; ${rehash(5)}`,
    (lane) => `lane ${lane}, entry 5: replaced`,
  ],
  [
    "a deleted row",
    "DELETE FROM apexmcp.audit_logs WHERE id = 5",
    (lane) => `lane ${lane}, entry 5: missing before row 6`,
  ],
  [
    "deleted first rows",
    "DELETE FROM apexmcp.audit_logs WHERE id < 4",
    (lane) => `lane ${lane}, entry 1 to 3: missing before row 4`,
  ],
  [
    "two swapped entries",
    `UPDATE apexmcp.audit_logs a SET ${columns}, at = x.at, organisation_id = x.organisation_id FROM apexmcp.audit_logs x WHERE (a.id, x.id) IN ((4, 7), (7, 4))`,
    (lane) => `lane ${lane}, entry 4 (row 4): swapped with lane ${lane}, entry 7 (row 7)`,
  ],
  [
    "two rows swapped whole",
    "ALTER TABLE apexmcp.audit_logs ALTER id SET GENERATED BY DEFAULT; UPDATE apexmcp.audit_logs SET id = 99 WHERE id = 4; UPDATE apexmcp.audit_logs SET id = 4 WHERE id = 7; UPDATE apexmcp.audit_logs SET id = 7 WHERE id = 99; ALTER TABLE apexmcp.audit_logs ALTER id SET GENERATED ALWAYS",
    (lane) => `lane ${lane}, entry 7 (row 4): swapped: it stands before entry 4`,
  ],
  [
    "two swapped numbers",
    "UPDATE apexmcp.audit_logs SET seq = 99 WHERE id = 4; UPDATE apexmcp.audit_logs SET seq = 4 WHERE id = 7; UPDATE apexmcp.audit_logs SET seq = 7 WHERE id = 4",
    (lane) => `lane ${lane}, entry 7 (row 4): swapped with lane ${lane}, entry 4 (row 7)`,
  ],
  [
    "a forged row",
    `INSERT INTO apexmcp.audit_logs (lane, seq, at, recorded_by, actor, action, outcome, detail, previous_hash, hash, last_of_call) SELECT lane, 11, now(), 'apexmcp_app', 'agent:x', 'x', 'failed', '{}', hash, sha256(hash) , true FROM apexmcp.audit_logs WHERE id = 10`,
    (lane) => `lane ${lane}, entry 11 (row 11): changed`,
  ],
  [
    "a forged row with a right hash and a wrong link",
    `INSERT INTO apexmcp.audit_logs (lane, seq, at, recorded_by, actor, action, outcome, detail, previous_hash, hash, last_of_call) SELECT lane, 11, now(), 'apexmcp_app', 'agent:x', 'x', 'failed', '{}', sha256(hash), '' , true FROM apexmcp.audit_logs WHERE id = 10; ${rehash(11)}`,
    (lane) => `lane ${lane}, entry 10: replaced`,
  ],
];

it.each(tamperings)("names the first bad row after %s", async (_, sql, expected) => {
  const lane = await laneOf(1);
  await asOwner(sql);
  const chain = new AuditChain();
  await postgres.as("apexmcp_auditor", (client) => eachAuditRow(client, (entry) => chain.take(entry)));
  expect(chain.finish()[0]?.text).toContain(expected(lane));
});

it("prints what is wrong, and which row is the first bad one", async () => {
  await asOwner("DELETE FROM apexmcp.audit_logs WHERE id IN (5, 8)");
  const { code, output } = await verify();
  const lane = await laneOf(1);
  expect(output).toContain(
    `lane ${lane}, entry 5: missing before row 6\nlane ${lane}, entry 8: missing before row 9\n`,
  );
  expect(output).toContain(`The audit log is damaged; the first bad row is lane ${lane}, entry 5`);
  expect(code).toBe(1);
});

describe("with an anchor kept elsewhere", () => {
  const check = () => verify(["--anchor", file("anchor.json"), "--public-key", file("ours.pub")]);
  beforeEach(async () => {
    expect((await verify(["--export", file("anchor.json"), "--key", file("ours.key")])).code).toBe(0);
  });

  it("finds the log that has grown since sound", async () => {
    await append(3);
    const { code, output } = await check();
    expect(output).toContain("compared with the anchor of");
    expect(output).toContain("13 entries");
    expect(code).toBe(0);
  });

  it("sees that the tail was cut", async () => {
    await asOwner("DELETE FROM apexmcp.audit_logs WHERE id > 7");
    expect((await verify()).code).toBe(0); // which is why there are anchors
    const { code, output } = await check();
    expect(output).toContain(
      `lane ${await laneOf(1)}, entry 8: cut: the lane ends at entry 7, and the anchor has 10`,
    );
    expect(code).toBe(1);
  });

  it("sees that everything is gone", async () => {
    await asOwner("TRUNCATE apexmcp.audit_logs");
    const { code, output } = await check();
    expect(output).toContain("entries 1 to 10 cut off");
    expect(code).toBe(1);
  });

  it("sees that the log was written anew, chain and all", async () => {
    await asOwner("TRUNCATE apexmcp.audit_logs RESTART IDENTITY");
    await append(12);
    await asOwner("UPDATE apexmcp.audit_logs SET lane = 1");
    expect((await verify()).code).toBe(1); // the lane is in the hash, so this is for another one
    await asOwner("TRUNCATE apexmcp.audit_logs RESTART IDENTITY");
    await append(12);
    const { code, output } = await check();
    expect(output).toMatch(/rewritten|cut/);
    expect(code).toBe(1);
  });

  it("takes an anchor by another key for none", async () => {
    const { code, output } = await verify([
      "--anchor",
      file("anchor.json"),
      "--public-key",
      file("other.pub"),
    ]);
    expect(output).toContain("its signature is not by this key");
    expect(code).toBe(2);
  });

  it("signs no anchor of a damaged log", async () => {
    await asOwner("DELETE FROM apexmcp.audit_logs WHERE id = 5");
    const { code } = await verify(["--export", file("bad.json"), "--key", file("ours.key")]);
    expect(code).toBe(1);
    const { output } = await verify(["--anchor", file("bad.json"), "--public-key", file("ours.pub")]);
    expect(output).toContain("no such file");
  });
});

it("could not tell, and says why, without a connection or the right to read", async () => {
  const wrong = await verify([], { PGPASSWORD: "not the password" });
  expect(wrong).toMatchObject({
    code: 2,
    output: expect.stringContaining("password authentication failed") as string,
  });
  expect(wrong.output).not.toContain("not the password");
  const app = await verify([], { PGUSER: "apexmcp_app", PGPASSWORD: postgres.passwords.apexmcp_app });
  expect(app).toMatchObject({ code: 2, output: expect.stringContaining("permission denied") as string });
});

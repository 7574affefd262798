import { randomBytes } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { AuditChain } from "../../../commands/auditChain";
import { eachAuditRow } from "../../../commands/auditRows";
import { migrationsDirectory, RealPostgres } from "../../support/realPostgres";
import { stackImage } from "../../support/stackImage";

jest.setTimeout(180_000);

const docker = (...args: string[]) =>
  execFileSync("docker", args, { encoding: "utf8", stdio: "pipe" }).trim();
const volume = `full-disk-${randomBytes(6).toString("hex")}`;
let postgres: RealPostgres | undefined;

beforeAll(async () => {
  const size = ["--opt=type=tmpfs", "--opt=device=tmpfs", "--opt=o=size=250m,uid=999,gid=999,mode=0700"];
  docker("volume", "create", "--driver=local", ...size, volume);
  // Holds the file system while the server is down.
  docker(
    "run",
    "--detach",
    `--name=${volume}`,
    `--volume=${volume}:/held`,
    stackImage("postgres"),
    "sleep",
    "600",
  );
  postgres = await RealPostgres.start({ volume });
});
afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]();
  docker("rm", "--force", volume);
  docker("volume", "rm", volume);
});

const filler = "/held/filler";
/** dd ends when there is no room left. */
const fill = () =>
  docker("exec", volume, "sh", "-c", `dd if=/dev/zero of=${filler} bs=64k 2>/dev/null || true`);
const makeRoom = () => docker("exec", volume, "rm", filler);

it("on a full disk a migration and an entry fail whole, and nothing acknowledged is lost", async () => {
  const server = postgres!;
  const directory = mkdtempSync(join(tmpdir(), "full-disk-"));
  const acknowledged: string[] = [];
  const append = () =>
    server.as("apexmcp_app", async (client) => {
      for (let i = 0; i < 2000; i++) {
        const id = randomBytes(8).toString("hex");
        await client.query(
          "SELECT apexmcp.insert_audit_log_entry(NULL, NULL, 'fill', NULL, NULL, 'failed', 1, $1, jsonb_build_object('x', repeat('x', 7000)))",
          [id],
        );
        acknowledged.push(id);
      }
    });
  try {
    execFileSync("cp", ["--recursive", `${migrationsDirectory}/.`, directory]);
    const number = String(readdirSync(directory).length + 1).padStart(4, "0");
    writeFileSync(
      join(directory, `${number}_big.sql`),
      "CREATE TABLE apexmcp.big AS SELECT repeat(md5(i::text), 100) AS x FROM generate_series(1, 20000) AS i;",
    );
    fill();
    await expect(server.migrate(directory)).rejects.toThrow(
      /migration \d+_big\.sql failed.*(No space left on device \(SQLSTATE 53100\)|the server's log says why).*All it did is rolled back/s,
    );
    await expect(append()).rejects.toThrow();

    makeRoom();
    await server.startAgain(); // where it stopped; else it runs already
    expect(await server.migrate(directory)).toEqual([`${number}_big.sql`]);
    const chain = new AuditChain();
    const { rows } = await server.as("apexmcp_auditor", async (client) => {
      await eachAuditRow(client, (entry) => chain.take(entry));
      return client.query<{ id: string }>("SELECT request_id AS id FROM apexmcp.audit_logs");
    });
    expect(chain.finish()).toEqual([]);
    const stored = rows.map(({ id }) => id);
    expect(acknowledged.filter((id) => !stored.includes(id))).toEqual([]);
    expect(stored.length - acknowledged.length).toBeLessThanOrEqual(1); // the one whose answer was lost
  } finally {
    rmSync(directory, { recursive: true });
  }
});

import { setTimeout as sleep } from "node:timers/promises";

import type { Client } from "pg";

import { AuditChain } from "../../../commands/auditChain";
import { eachAuditRow } from "../../../commands/auditRows";
import { RealPostgres } from "../../support/realPostgres";

/** Of writing; a longer run: AUDIT_DURABILITY_SECONDS=60. */
const seconds = Number(process.env["AUDIT_DURABILITY_SECONDS"] ?? 15);
const writers = 32;

jest.setTimeout((seconds + 180) * 1000);

let postgres: RealPostgres;
beforeAll(async () => {
  postgres = await RealPostgres.start();
});
afterAll(() => postgres?.[Symbol.asyncDispose]());

const acknowledged: string[] = [];
const attempted = new Set<string>();
let done = false;

/** One entry, or a batch of five. */
async function append(client: Client, ids: string[]): Promise<void> {
  ids.forEach((id) => attempted.add(id));
  const all = <T>(value: T) => ids.map(() => value);
  if (ids.length === 1) {
    await client.query(
      "SELECT apexmcp.insert_audit_log_entry(NULL, 'agent:writer', 'tool.call', 'github', 'search', 'succeeded', 1, $1, '{}')",
      ids,
    );
  } else {
    await client.query("SELECT apexmcp.insert_audit_log_entries($1, $2, $3, $4, $5, $6, $7, $8, $9)", [
      ...[all(null), all("agent:writer"), all("tool.call"), all("github"), all("search"), all("succeeded")],
      ...[all(1), ids, all({})],
    ]);
  }
  acknowledged.push(...ids);
}

/** Goes on through the server's deaths, and never tries the same entry again: nobody knows what became of it. */
async function write(writer: number): Promise<void> {
  for (let round = 0; !done;) {
    try {
      await postgres.as("apexmcp_app", async (client) => {
        for (; !done; round++) {
          const size = round % 3 === 0 ? 5 : 1;
          await append(
            client,
            Array.from({ length: size }, (_, index) => `${writer}-${round}-${index}`),
          );
        }
      });
    } catch {
      round++;
      await sleep(100);
    }
  }
}

/** So long, and until each kill has something to lose. */
async function writingGoesOn(forSeconds: number): Promise<void> {
  const before = acknowledged.length;
  await sleep(forSeconds * 1000);
  for (let waited = 0; acknowledged.length < before + 100; waited++) {
    if (waited === 60) throw new Error("nothing is being written");
    await sleep(1000);
  }
}

it(`keeps every acknowledged entry exactly once over ${seconds} s of ${writers} writers and two kill -9`, async () => {
  const writing = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  for (const part of ["before", "between", "after"]) {
    await writingGoesOn(seconds / 3);
    if (part === "after") break;
    await postgres.kill();
    await postgres.startAgain();
  }
  done = true;
  await writing;

  const chain = new AuditChain();
  const { rows } = await postgres.as("apexmcp_auditor", async (client) => {
    await eachAuditRow(client, (entry) => chain.take(entry));
    return client.query<{ request_id: string }>("SELECT request_id FROM apexmcp.audit_logs");
  });
  expect(chain.finish()).toEqual([]);
  expect(chain.heads().length).toBeGreaterThan(1); // or nothing was concurrent

  const stored = new Set(rows.map(({ request_id }) => request_id));
  expect(stored.size).toBe(rows.length); // none twice
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  expect([...stored].filter((id) => !attempted.has(id))).toEqual([]);
  console.log(
    `${acknowledged.length} entries acknowledged, ${rows.length} stored in ${chain.heads().length} lanes, ${attempted.size} attempted`,
  );
});

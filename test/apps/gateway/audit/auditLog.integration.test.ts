import { Pool } from "pg";
import { AuditLog, type AuditEntry } from "../../../../apps/gateway/src/audit/auditLog";
import { RealPostgres } from "../../../support/realPostgres";

let postgres: RealPostgres;
let pool: Pool;
let audit: AuditLog;

beforeAll(async () => {
  postgres = await RealPostgres.start();
  const { host, port, database, caCertificate, user, password } = postgres.address("apexmcp_app");
  pool = new Pool({
    host,
    port,
    database,
    user,
    password,
    ssl: { ca: caCertificate },
    max: 4,
    connectionTimeoutMillis: 3000,
  });
  pool.on("error", () => undefined);
  audit = new AuditLog(pool);
}, 120_000);

afterAll(async () => {
  await pool?.end();
  await postgres?.[Symbol.asyncDispose]();
});

const entry = (change: Partial<AuditEntry> = {}): AuditEntry => ({
  actor: "agent:7a0e3c1e-0000-4000-8000-000000000000",
  action: "tool.call",
  outcome: "succeeded",
  ...change,
});
const rows = <T extends object>(condition: string) =>
  postgres.as(
    "apexmcp_auditor",
    async (client) => (await client.query<T>(`SELECT * FROM apexmcp.audit_logs WHERE ${condition}`)).rows,
  );
const commits = async () =>
  Number(await postgres.administer("SELECT count(DISTINCT at) FROM apexmcp.audit_logs", "apexmcp"));

describe("AuditLog", () => {
  test("writes what happened", async () => {
    const all = entry({
      organisationId: "7a0e3c1e-1111-4000-8000-000000000000",
      connector: "github",
      tool: "create_issue",
      outcome: "refused",
      durationMs: 12.6,
      requestId: "request-1",
      detail: { reason: "scope", attempt: 2 },
    });
    await audit.record(all);
    expect(await rows("request_id = 'request-1'")).toEqual([
      expect.objectContaining({
        organisation_id: all.organisationId,
        actor: all.actor,
        action: "tool.call",
        connector: "github",
        tool: "create_issue",
        outcome: "refused",
        duration_ms: 13,
        detail: { reason: "scope", attempt: 2 },
        recorded_by: "apexmcp_app",
      }),
    ]);
  });

  test("writes a thousand entries that come at once in a few commits, each once", async () => {
    const before = await commits();
    await Promise.all(
      Array.from({ length: 1000 }, (_, n) => audit.record(entry({ requestId: `many-${n}` }))),
    );
    expect(await rows("request_id LIKE 'many-%'")).toHaveLength(1000);
    expect((await commits()) - before).toBeLessThanOrEqual(5);
  });

  test("an entry that the function refuses fails alone", async () => {
    const results = await Promise.allSettled([
      audit.record(entry({ requestId: "beside-1" })),
      audit.record(entry({ action: "NOT AN ACTION", requestId: "beside-2" })),
      audit.record(entry({ requestId: "beside-3" })),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await rows("request_id LIKE 'beside-%'")).toHaveLength(2);
  });

  test.each([
    ["a NUL", "a\0b", "a\ufffdb"],
    ["half a surrogate pair", "a\ud800b", "a\ufffdb"],
    ["200 characters of four bytes", "\u{1f600}".repeat(201), "\u{1f600}".repeat(200)],
    ["quotes, braces and backslashes", `"{\\},'--`, `"{\\},'--`],
  ])("keeps %s from outside as text", async (name, given, kept) => {
    await audit.record(entry({ requestId: name, tool: given, detail: { text: given } }));
    expect(await rows(`request_id = '${name}'`)).toEqual([
      expect.objectContaining({ tool: kept, detail: { text: kept } }),
    ]);
  });

  test("loses nothing that it acknowledged when the server is killed, and says no while it is away", async () => {
    const acknowledged: string[] = [];
    let stopped = false;
    const writer = async (name: string) => {
      for (let n = 0; !stopped; n++) {
        const requestId = `killed-${name}-${n}`;
        await audit.record(entry({ requestId }));
        acknowledged.push(requestId);
      }
    };
    const writers = ["a", "b", "c", "d"].map(writer);
    const ends = Promise.allSettled(writers);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await postgres.kill();
    expect((await ends).map(({ status }) => status)).toEqual(Array(4).fill("rejected"));
    stopped = true;
    await expect(audit.record(entry())).rejects.toMatchObject({ code: "audit-unavailable" });

    await postgres.startAgain();
    const kept = new Set(
      (await rows<{ request_id: string }>("request_id LIKE 'killed-%'")).map((row) => row.request_id),
    );
    expect(acknowledged.length).toBeGreaterThan(10);
    expect(acknowledged.filter((requestId) => !kept.has(requestId))).toEqual([]);
    await audit.record(entry({ requestId: "again" }));
  }, 60_000);
});

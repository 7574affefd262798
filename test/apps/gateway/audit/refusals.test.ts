import type { FastifyInstance, InjectOptions } from "fastify";
import { buildApp } from "../../../../apps/gateway/src/app";
import { AuditLog } from "../../../../apps/gateway/src/audit/auditLog";
import { Refusals } from "../../../../apps/gateway/src/audit/refusals";
import { AuditPool } from "../auditPool";
import { createInjection, patientConfig, type Injection } from "../injection";

let injection: Injection;
let database: AuditPool;
let app: FastifyInstance;

beforeEach(async () => {
  injection = createInjection();
  database = new AuditPool();
  const config = patientConfig(injection.environment);
  app = await buildApp(config, database.pool);
});
afterEach(async () => {
  await app.close();
  injection.remove();
});

describe("a refusal", () => {
  test.each<[string, InjectOptions, number, string, Record<string, unknown>]>([
    [
      "an unknown path",
      { url: "/nothing?key=hidden" },
      404,
      "request.refuse",
      { code: "not-found", route: "none" },
    ],
    [
      "no token",
      { url: "/api/connectors" },
      401,
      "request.authorise",
      { code: "unauthenticated", reason: "no token", scope: "connectors:read", route: "/api/connectors" },
    ],
    [
      "a token that isn't ours",
      { url: "/api/connectors/hidden", headers: { authorization: "Bearer hidden" } },
      401,
      "request.authorise",
      { code: "unauthenticated", reason: "signature", route: "/api/connectors/:name" },
    ],
    [
      "a token in the URL",
      { url: "/api/connectors?access_token=hidden" },
      400,
      "request.authorise",
      { reason: "token in the URL" },
    ],
    ["a malformed URL", { url: "/%zz" }, 400, "request.refuse", { code: "bad-request" }],
    [
      "malformed JSON",
      { method: "POST", url: "/oauth/token", headers: { "content-type": "application/json" }, body: "{" },
      400,
      "request.refuse",
      { code: "bad-request", route: "/oauth/token", method: "POST" },
    ],
  ])("for %s is in the audit log, without what was sent", async (_, request, status, action, detail) => {
    expect((await app.inject(request)).statusCode).toBe(status);
    expect(database.entries).toMatchObject([
      {
        actor: "system:anonymous",
        action,
        outcome: "refused",
        detail: expect.objectContaining({ address: "127.0.0.1", ...detail }) as object,
      },
    ]);
    expect(JSON.stringify(database.entries)).not.toContain("hidden");
  });

  test("is 503 while the audit log can't be written, and so is the next one", async () => {
    database.broken = true;
    for (const url of ["/nothing", "/nothing", "/api/connectors"]) {
      const response = await app.inject(url);
      expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([
        503,
        "audit-unavailable",
      ]);
      expect(response.headers["retry-after"]).toBe("5");
    }
    expect((await app.inject("/healthz")).statusCode).toBe(200);
  });
});

describe("a flood of refusals", () => {
  async function flood(count: number, address: (n: number) => string) {
    const log = new AuditPool();
    const refusals = new Refusals(new AuditLog(log.pool), app.log);
    const entry = (n: number) => ({
      actor: "system:anonymous",
      action: "request.refuse",
      requestId: String(n),
      detail: { code: "rate-limited", address: address(n) },
    });
    await Promise.all(Array.from({ length: count }, (_, n) => refusals.record(entry(n))));
    await refusals.close();
    return log.entries.map(({ detail }) => Number(detail["repeated"] ?? 1));
  }

  test("costs ten entries a second for those that are alike, and one that counts the others", async () => {
    expect(await flood(100, () => "192.0.2.1")).toEqual([...Array<number>(10).fill(1), 90]);
  });

  test("from many addresses is bounded as well, and none is left out", async () => {
    const counts = await flood(3000, (n) => `10.0.${n >> 8}.${n & 255}`);
    expect(counts.length).toBeLessThan(600);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3000);
  });
});

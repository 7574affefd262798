import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../../../../apps/gateway/src/app";
import { RealRedis } from "../../../support/realRedis";
import { AuditPool } from "../auditPool";
import { createInjection, patientConfig, strongSecret, type Injection } from "../injection";

jest.setTimeout(180_000);

let redis: RealRedis;
const injections: Injection[] = [];
const replicas: FastifyInstance[] = [];

beforeAll(async () => {
  redis = await RealRedis.start();
});
afterEach(async () => {
  await Promise.all(replicas.splice(0).map((app) => app.close()));
});
afterAll(async () => {
  for (const injection of injections) injection.remove();
  await redis?.[Symbol.asyncDispose]();
});

async function replica({ password = redis.password, limit = 10 } = {}): Promise<FastifyInstance> {
  const injection = createInjection(redis.caCertificate, { REDIS_PASSWORD: password });
  injections.push(injection);
  const config = patientConfig({
    ...injection.environment,
    REDIS_URL: `rediss://localhost:${redis.port}`,
    RATE_LIMIT_PER_MINUTE: String(limit),
  });
  const app = await buildApp(config, new AuditPool().pool);
  replicas.push(app);
  return app;
}

const failedOf = async (app: FastifyInstance) =>
  (await app.inject("/readyz")).json<{ failed: Record<string, string> }>().failed;

async function connected(app: FastifyInstance): Promise<void> {
  for (let waited = 0; (await failedOf(app))["redis"] !== undefined; waited++) {
    if (waited === 300) throw new Error("never connected");
    await sleep(100);
  }
}

const from = (remoteAddress: string) => ({ url: "/nothing", remoteAddress });

describe("the rate limit of several replicas", () => {
  test("is one limit", async () => {
    const both = [await replica(), await replica()] as const;
    for (const app of both) await connected(app);
    const statuses: number[] = [];
    for (let round = 0; round < 12; round++)
      statuses.push((await both[round % 2]!.inject(from("192.0.2.1"))).statusCode);
    expect(statuses).toEqual([...Array<number>(10).fill(404), 429, 429]);
    expect((await both[0].inject(from("192.0.2.2"))).headers["ratelimit-remaining"]).toBe("9");
  });

  test("lets nobody in uncounted while the store is down, answers /healthz, and recovers", async () => {
    const app = await replica({ limit: 1000 });
    await connected(app);
    await redis.kill();
    const refused = await app.inject(from("192.0.2.3"));
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([503, "unavailable"]);
    expect((await app.inject("/healthz")).statusCode).toBe(200);
    expect(Object.keys(await failedOf(app))).toContain("redis");
    await redis.startAgain();
    await connected(app);
    expect((await app.inject(from("192.0.2.3"))).statusCode).toBe(404);
  });

  test("is not ready with a wrong password", async () => {
    const app = await replica({ password: strongSecret() });
    await sleep(1000);
    expect(Object.keys(await failedOf(app))).toContain("redis");
    expect((await app.inject(from("192.0.2.4"))).statusCode).toBe(503);
  });
});

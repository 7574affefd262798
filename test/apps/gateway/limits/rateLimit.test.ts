import type { FastifyInstance, InjectOptions } from "fastify";
import { buildApp } from "../../../../apps/gateway/src/app";
import { loadConfig } from "../../../../apps/gateway/src/config";
import { AuditPool } from "../auditPool";
import { patientConfig, createInjection, type Injection } from "../injection";

let injection: Injection;
let app: FastifyInstance;

async function start(environment: Record<string, string> = {}) {
  injection = createInjection();
  app = await buildApp(patientConfig({ ...injection.environment, ...environment }), new AuditPool().pool);
}

afterEach(async () => {
  await app.close();
  injection.remove();
});

async function statuses(count: number, options: (round: number) => InjectOptions) {
  const answers: number[] = [];
  for (let round = 0; round < count; round++) answers.push((await app.inject(options(round))).statusCode);
  return answers;
}

describe("the rate limit", () => {
  test("answers the 301st request of a minute with 429, and still /healthz with 200", async () => {
    await start();
    expect(new Set(await statuses(300, () => ({ url: "/nothing" })))).toEqual(new Set([404]));
    const refused = await app.inject("/nothing");
    expect(refused.statusCode).toBe(429);
    expect(refused.headers).toMatchObject({
      "ratelimit-limit": "300",
      "ratelimit-remaining": "0",
      "ratelimit-reset": expect.stringMatching(/^[1-9]\d?$/) as string,
      "retry-after": expect.stringMatching(/^[1-9]\d?$/) as string,
      "content-type": "application/problem+json; charset=utf-8",
      "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
    });
    expect(refused.json()).toMatchObject({ code: "rate-limited", status: 429 });
    expect((await app.inject("/healthz")).statusCode).toBe(200);
  });

  test("tells the budget with every answer", async () => {
    await start({ RATE_LIMIT_PER_MINUTE: "7" });
    const { headers } = await app.inject("/nothing");
    expect(headers).toMatchObject({
      "ratelimit-limit": "7",
      "ratelimit-remaining": "6",
      "ratelimit-reset": "60",
    });
  });

  test("never counts nor refuses the health routes", async () => {
    await start({ RATE_LIMIT_PER_MINUTE: "2" });
    expect(new Set(await statuses(20, () => ({ url: "/healthz" })))).toEqual(new Set([200]));
    expect(await statuses(3, () => ({ url: "/nothing" }))).toEqual([404, 404, 429]);
  });

  test.each<[string, InjectOptions]>([
    ["unknown paths", { url: "/nothing" }],
    ["unknown methods on known paths", { method: "DELETE", url: "/healthz" }],
    [
      "CORS preflights",
      {
        method: "OPTIONS",
        url: "/mcp/x",
        headers: { origin: "https://app.example", "access-control-request-method": "POST" },
      },
    ],
    [
      "malformed bodies",
      { method: "POST", url: "/nothing", headers: { "content-type": "application/json" }, body: "{" },
    ],
  ])("counts %s", async (_, options) => {
    await start({ RATE_LIMIT_PER_MINUTE: "2", CORS_ORIGINS: "https://app.example" });
    expect((await statuses(3, () => options))[2]).toBe(429);
  });

  test("gives each client address its own budget, and one to an IPv6 /64", async () => {
    await start({ RATE_LIMIT_PER_MINUTE: "1" });
    const from = (remoteAddress: string) => ({ url: "/nothing", remoteAddress });
    expect(await statuses(2, (round) => from(`192.0.2.${round}`))).toEqual([404, 404]);
    expect(await statuses(2, (round) => from(`2001:db8::${round}`))).toEqual([404, 429]);
    expect(await statuses(2, (round) => from(round ? "::ffff:192.0.2.9" : "192.0.2.9"))).toEqual([404, 429]);
  });

  test("ignores X-Forwarded-For from whoever is not a trusted proxy", async () => {
    await start({ RATE_LIMIT_PER_MINUTE: "1" });
    const spoofed = (round: number) => ({
      url: "/nothing",
      headers: { "x-forwarded-for": `192.0.2.${round}` },
    });
    expect(await statuses(2, spoofed)).toEqual([404, 429]);
  });

  test("takes the client's address from a trusted proxy: the last untrusted one, not what the client wrote", async () => {
    await start({ RATE_LIMIT_PER_MINUTE: "1", TRUSTED_PROXY_CIDRS: "10.9.0.0/16" });
    const via = (forwarded: string) => ({
      url: "/nothing",
      remoteAddress: "10.9.0.2",
      headers: { "x-forwarded-for": forwarded },
    });
    const forwarded = ["192.0.2.1", "192.0.2.2", "203.0.113.7, 192.0.2.2", "192.0.2.3, 10.9.0.3"];
    expect(await statuses(4, (round) => via(forwarded[round] ?? ""))).toEqual([404, 404, 429, 404]);
  });
});

describe("the trusted proxies", () => {
  test.each(["1", "true", "0.0.0.0/0", "::/0", "edge"])("can't be %s", async (value) => {
    await start();
    expect(() => loadConfig({ ...injection.environment, TRUSTED_PROXY_CIDRS: value })).toThrow(
      "TRUSTED_PROXY_CIDRS",
    );
  });
});

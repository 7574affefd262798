import type { FastifyInstance, InjectOptions } from "fastify";
import { buildApp } from "../../../apps/gateway/src/app";
import { loadConfig } from "../../../apps/gateway/src/config";
import { AuditPool } from "./auditPool";
import { patientConfig, createInjection, type Injection } from "./injection";

let injection: Injection;
let app: FastifyInstance;

beforeAll(async () => {
  injection = createInjection();
  app = await buildApp(
    patientConfig({ ...injection.environment, CORS_ORIGINS: "https://app.example, https://b.example" }),
    new AuditPool().pool,
  );
  app.post("/mcp/:connector/reached", () => ({ code: "reached" }));
});

afterAll(async () => {
  await app.close();
  injection.remove();
});

const answers: [string, InjectOptions][] = [
  ["a success", { url: "/healthz" }],
  ["an unknown path", { url: "/nothing" }],
  ["an MCP path", { method: "POST", url: "/mcp/x", body: {} }],
  [
    "a malformed body",
    { method: "POST", url: "/nothing", headers: { "content-type": "application/json" }, body: "{" },
  ],
  ["a preflight", { method: "OPTIONS", url: "/mcp/x", headers: { "access-control-request-method": "POST" } }],
];

describe.each(answers)("%s", (_, options) => {
  const from = (origin: string) => app.inject({ ...options, headers: { ...options.headers, origin } });

  test("has the security headers", async () => {
    const { headers } = await from("https://app.example");
    expect(headers).toMatchObject({
      "content-security-policy":
        "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
      "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
      "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
      "x-content-type-options": "nosniff",
      "x-frame-options": "SAMEORIGIN",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    });
    expect(headers).not.toHaveProperty("x-powered-by");
  });

  test("names an allowed origin exactly, and varies by it", async () => {
    const { headers } = await from("https://b.example");
    expect(headers["access-control-allow-origin"]).toBe("https://b.example");
    expect(headers.vary).toMatch(/\borigin\b/i);
    expect(headers).not.toHaveProperty("access-control-allow-credentials");
  });

  test.each(["https://evil.example", "https://app.example.evil.example", "http://app.example", "null"])(
    "names no origin to %s, and varies by it all the same",
    async (origin) => {
      const { headers } = await from(origin);
      expect(headers).not.toHaveProperty("access-control-allow-origin");
      expect(headers.vary).toMatch(/\borigin\b/i);
    },
  );
});

describe("an MCP path", () => {
  const statusFor = async (headers: Record<string, string>, url = "/mcp/x/reached") => {
    const response = await app.inject({ method: "POST", url, headers, body: {} });
    return [response.statusCode, response.json<{ code: string }>().code];
  };

  test.each(["https://evil.example", "https://app.example.evil.example", "http://app.example", "null", ""])(
    "is refused to a page of the origin '%s'",
    async (origin) => {
      for (const url of ["/mcp/x/reached", "/%6dcp/x/reached?y", "http://any.example/mcp/x/reached"])
        expect(await statusFor({ origin }, url)).toEqual([403, "origin-refused"]);
    },
  );

  test("is open to the allowed origins, and to what is no web page", async () => {
    expect(await statusFor({ origin: "https://app.example" })).toEqual([200, "reached"]);
    expect(await statusFor({})).toEqual([200, "reached"]);
  });

  test("leaves the other paths to CORS", async () => {
    expect(await statusFor({ origin: "https://evil.example" }, "/nothing")).toEqual([404, "not-found"]);
  });
});

describe("the CORS origins", () => {
  test.each(["*", "https://*.example", "https://app.example/", "app.example", "null", "https://a.example b"])(
    "can't be %s",
    (value) => {
      expect(() => loadConfig({ ...injection.environment, CORS_ORIGINS: value })).toThrow("CORS_ORIGINS");
    },
  );
});

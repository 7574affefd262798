import type { FastifyInstance } from "fastify";
import { buildApp } from "../../../../apps/gateway/src/app";
import { AuditPool } from "../auditPool";
import { createInjection, patientConfig, type Injection } from "../injection";

interface Operation {
  summary?: string;
  responses: Record<string, { content?: object }>;
}

let injection: Injection;
let app: FastifyInstance;
let paths: Record<string, Record<string, Operation>>;

beforeAll(async () => {
  injection = createInjection();
  app = await buildApp(patientConfig(injection.environment), new AuditPool().pool);
  paths = (await app.inject("/openapi.json")).json<{ paths: typeof paths }>().paths;
});
afterAll(async () => {
  await app.close();
  injection.remove();
});

describe("/openapi.json", () => {
  test("describes every route that is served", () => {
    expect(Object.entries(paths).map(([path, operations]) => [path, Object.keys(operations).sort()])).toEqual(
      expect.arrayContaining([
        ["/api/connectors", ["get", "post"]],
        ["/api/connectors/{name}", ["delete", "get", "patch"]],
        ["/api/connectors/{name}/test", ["post"]],
        ["/mcp/{connector}", ["delete", "get", "post"]],
        ["/oauth/token", ["post"]],
        ["/healthz", ["get"]],
        ["/readyz", ["get"]],
        ["/.well-known/oauth-authorization-server", ["get"]],
        ["/.well-known/oauth-protected-resource/api", ["get"]],
        ["/.well-known/oauth-protected-resource/mcp/{connector}", ["get"]],
      ]),
    );
    // As many as the router has, but for itself, OPTIONS and HEAD.
    const served = app
      .printRoutes({ commonPrefix: false, includeHooks: false })
      .match(/\b(GET|POST|PATCH|DELETE|PUT)\b/g);
    const described = Object.values(paths).flatMap((operations) => Object.keys(operations));
    expect(described.length).toBe((served?.length ?? 0) - 1);
  });

  test("says of each what it is for and what it answers", () => {
    for (const operations of Object.values(paths))
      for (const { summary, responses } of Object.values(operations)) {
        expect(summary).toMatch(/^[A-Z]/);
        expect(Object.keys(responses)).not.toEqual(["default"]);
      }
  });
});

import fastify from "fastify";
import { registerHealthRoutes, type DependencyCheck } from "../../../../apps/gateway/src/routes/health";

function appWith(checks: Record<string, DependencyCheck>) {
  const app = fastify();
  registerHealthRoutes(app, checks);
  return app;
}

describe("health routes", () => {
  test("/healthz is 200 while a dependency is down", async () => {
    const app = appWith({ postgres: () => Promise.resolve("down") });
    expect((await app.inject("/healthz")).statusCode).toBe(200);
  });

  test("/readyz is 200 when every dependency can be used", async () => {
    const response = await appWith({ postgres: () => Promise.resolve(undefined) }).inject("/readyz");
    expect([response.statusCode, response.json()]).toEqual([200, { status: "ready" }]);
  });

  test("/readyz is 503 and names the dependencies that can't be used, and only those", async () => {
    const app = appWith({
      postgres: () => Promise.resolve("no answer within 2000 ms"),
      other: () => Promise.resolve(undefined),
    });
    const response = await app.inject("/readyz");
    expect(response.statusCode).toBe(503);
    expect(response.json()).toEqual({
      status: "unavailable",
      failed: { postgres: "no answer within 2000 ms" },
    });
  });

  test("/readyz asks a dependency once at a time, and anew afterwards", async () => {
    let asked = 0;
    const app = appWith({
      postgres: async () => {
        asked++;
        await new Promise((resolve) => setTimeout(resolve, 20));
        return undefined;
      },
    });
    await Promise.all(Array.from({ length: 20 }, () => app.inject("/readyz")));
    expect(asked).toBe(1);
    await app.inject("/readyz");
    expect(asked).toBe(2);
  });
});

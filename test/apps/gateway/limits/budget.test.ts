import fastify from "fastify";
import { createBudget } from "../../../../apps/gateway/src/limits/budget";
import { OpenRequests } from "../../../../apps/gateway/src/limits/openRequests";
import { registerRateLimit } from "../../../../apps/gateway/src/limits/rateLimit";
import { Problem } from "../../../../apps/gateway/src/problems";

async function appWith(perMinute: { agent: number; connector: number }) {
  const app = fastify();
  await registerRateLimit(app, 1000, undefined);
  const agent = createBudget(app, "agent", perMinute.agent);
  const connector = createBudget(app, "connector", perMinute.connector);
  app.get<{ Params: { agent: string; connector: string } }>("/:agent/:connector", async (request, reply) => {
    try {
      await agent(request, request.params.agent);
      await connector(request, request.params.connector);
      return await reply.send("ok");
    } catch (error) {
      const { code, headers, audit } = error as Problem;
      return reply
        .code(429)
        .headers(headers)
        .send(`${code} ${JSON.stringify(audit.detail)}`);
    }
  });
  return app;
}

describe("a budget", () => {
  test("is each agent's own, and each connector's beside it", async () => {
    const app = await appWith({ agent: 3, connector: 4 });
    const ask = async (path: string) => (await app.inject(path)).body;
    for (let round = 0; round < 3; round++) expect(await ask("/a/x")).toBe("ok");
    expect(await ask("/a/x")).toBe('rate-limited {"budget":"agent"}');
    expect(await ask("/b/x")).toBe("ok");
    expect(await ask("/b/x")).toBe('rate-limited {"budget":"connector"}');
    expect(await ask("/b/y")).toBe("ok");
  });

  test("tells what it is and when it is full again", async () => {
    const app = await appWith({ agent: 1, connector: 100 });
    await app.inject("/a/x");
    expect((await app.inject("/a/x")).headers).toMatchObject({
      "ratelimit-limit": "1",
      "ratelimit-remaining": "0",
      "ratelimit-reset": expect.stringMatching(/^[1-9]\d?$/) as string,
      "retry-after": expect.stringMatching(/^[1-9]\d?$/) as string,
    });
  });
});

describe("an agent's open requests", () => {
  test("are bounded, and one that closes makes room for another", async () => {
    const open = new OpenRequests(2);
    const app = fastify();
    const waiting: (() => void)[] = [];
    app.get<{ Params: { agent: string } }>("/:agent", async (request, reply) => {
      open.take(request.params.agent, reply);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return "ok";
    });
    const status = async (path: string) => (await app.inject(path)).statusCode;
    const two = [status("/a"), status("/a")];
    await new Promise((resolve) => setImmediate(resolve));
    expect(await status("/a")).toBe(500); // its Problem, which this bare app doesn't know
    const other = status("/b");
    await new Promise((resolve) => setImmediate(resolve));
    for (const end of waiting.splice(0)) end();
    expect(await Promise.all([...two, other])).toEqual([200, 200, 200]);
    const again = status("/a");
    await new Promise((resolve) => setImmediate(resolve));
    waiting.forEach((end) => end());
    expect(await again).toBe(200);
  });
});

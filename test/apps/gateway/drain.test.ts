import type { AddressInfo } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import { Agent, request } from "undici";
import { registerDrain } from "../../../apps/gateway/src/drain";
import { registerHealthRoutes } from "../../../apps/gateway/src/routes/health";

// Waits for real time, which a busy machine makes slow.
jest.setTimeout(60_000);

let app: FastifyInstance;
let finish: (() => void) | undefined;
const ended: string[] = [];

async function start(notice: number, grace: number): Promise<string> {
  ended.length = 0;
  finish = undefined;
  app = fastify({ return503OnClosing: false });
  const endAll = () => {
    ended.push("all");
    finish?.();
  };
  const endResumable = () => {
    if (!ended.includes("resumable")) ended.push("resumable");
  };
  const drain = registerDrain(app, { notice, grace }, { endResumable, endAll });
  registerHealthRoutes(app, { gateway: drain });
  app.get("/slow", async () => {
    await new Promise<void>((resolve) => (finish = resolve));
    return "finished";
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

async function slow(url: string) {
  const open = request(`${url}/slow`);
  while (finish === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  return open.then(({ body }) => body.text());
}

describe("a gateway that is told to stop", () => {
  test("is not ready, but still serves, until its notice is over", async () => {
    const url = await start(3000, 10_000);
    const ready = await request(`${url}/readyz`);
    expect([ready.statusCode, await ready.body.text()]).toEqual([200, '{"status":"ready"}']);
    const closed = app.close();
    const unready = await request(`${url}/readyz`);
    expect([unready.statusCode, await unready.body.json()]).toEqual([
      503,
      { status: "unavailable", failed: { gateway: "is shutting down" } },
    ]);
    const health = await request(`${url}/healthz`);
    expect([health.statusCode, health.headers["connection"]]).toEqual([200, "close"]);
    await health.body.dump();
    await closed;
    await expect(request(`${url}/healthz`, { dispatcher: new Agent() })).rejects.toThrow("ECONNREFUSED");
  });

  test("finishes what is open, and waits for no idle connection", async () => {
    const url = await start(0, 60_000);
    const open = slow(url);
    while (finish === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    const closed = app.close();
    while (!ended.includes("resumable")) await new Promise((resolve) => setTimeout(resolve, 5));
    finish();
    expect(await open).toBe("finished");
    await closed;
    expect(ended).toEqual(["resumable"]);
  });

  test("ends what is still open after the grace", async () => {
    const url = await start(0, 100);
    const open = slow(url);
    while (finish === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    await app.close();
    expect(await open).toBe("finished");
    expect(ended).toEqual(["resumable", "all"]);
  });
});

import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { text } from "node:stream/consumers";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../../../../apps/gateway/src/app";
import type { Config } from "../../../../apps/gateway/src/config";
import { AuditPool } from "../auditPool";
import { patientConfig, createInjection, type Injection } from "../injection";

// Starts processes or waits for real time, which a busy machine makes slow.
jest.setTimeout(60_000);

let injection: Injection;
let app: FastifyInstance;

async function start(limits: Partial<Config["limits"]> = {}) {
  injection = createInjection();
  const config = patientConfig(injection.environment);
  app = await buildApp({ ...config, limits: { ...config.limits, ...limits } }, new AuditPool().pool);
  app.get("/slow", async () => sleep(300));
  app.post("/echo", (request) => request.body);
}

afterEach(async () => {
  await app.close();
  injection.remove();
});

/** What comes back over a connection of its own for these bytes, until the other side ends it. */
async function send(bytes: string | Buffer): Promise<string> {
  await app.listen({ host: "127.0.0.1", port: 0 });
  const socket = connect((app.server.address() as AddressInfo).port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(bytes);
  return text(socket);
}

const head =
  "POST /echo HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nContent-Type: application/json\r\n";

describe("limits on requests", () => {
  test.each<[string, string, string]>([
    ["a body that is too large", `${head}Content-Length: 1048577\r\n\r\n`, "413"],
    ["a header that is too large", `${head}X: ${"x".repeat(20_000)}\r\n\r\n`, "431"],
    ["malformed JSON", `${head}Content-Length: 1\r\n\r\n{`, "400"],
    ["a prototype's pollution", `${head}Content-Length: 16\r\n\r\n{"__proto__": 1}`, "400"],
    ["another content type", `${head.replace("json", "xml")}Content-Length: 1\r\n\r\n{`, "415"],
    ["two lengths that differ", `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`, "400"],
    [
      "a length beside chunks",
      `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      "400",
    ],
    ["chunks under another name", `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, "400"],
    ["chunks twice encoded", `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`, "400"],
    ["a space before a header's colon", `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`, "400"],
    ["a folded header", `${head}X: a\r\n b\r\n\r\n`, "400"],
    ["a bare line feed between headers", `${head}X: a\nY: b\r\n\r\n`, "400"],
    ["no Host", "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", "400"],
    ["what isn't HTTP", "\x16\x03\x01\x02\x00\x01\r\n\r\n", "400"],
    ["a malformed path", "GET /%zz HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n", "400"],
  ])("refuse %s", async (_, bytes, status) => {
    await start();
    expect(await send(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await app.inject("/healthz")).statusCode).toBe(200);
  });

  test("give up on a body that comes too slowly", async () => {
    await start({ requestTime: 500 });
    const started = Date.now();
    expect(await send(`${head}Content-Length: 10\r\n\r\n{`)).toMatch(/^HTTP\/1\.1 408 /);
    expect(Date.now() - started).toBeLessThan(4000);
  });

  test("answer 503 with Retry-After beyond the concurrency, and recover", async () => {
    await start({ concurrency: 2 });
    const answers = await Promise.all(Array.from({ length: 4 }, () => app.inject("/slow")));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 200, 503, 503]);
    const refused = answers.find(({ statusCode }) => statusCode === 503);
    expect(refused?.headers["retry-after"]).toBe("5");
    expect(refused?.json()).toMatchObject({ code: "overloaded" });
    expect((await app.inject("/slow")).statusCode).toBe(200);
  });

  test("shed load while the event loop is late, but answer /healthz", async () => {
    await start({ eventLoopDelay: 50 });
    await app.ready();
    for (let round = 0; round < 4; round++) {
      const end = Date.now() + 400;
      while (Date.now() < end);
      await sleep(1);
    }
    await sleep(20);
    const refused = await app.inject("/slow");
    expect([refused.statusCode, refused.headers["retry-after"]]).toEqual([503, "5"]);
    expect(refused.json()).toMatchObject({ code: "overloaded" });
    expect((await app.inject("/healthz")).statusCode).toBe(200);
  });
});

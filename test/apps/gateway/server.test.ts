import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { createInjection, strongSecret, type Injection } from "./injection";
import { freePort } from "../../support/freePort";

// Starts processes or waits for real time, which a busy machine makes slow.
jest.setTimeout(60_000);

const root = join(__dirname, "../../..");

function start(environment: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ["-r", "ts-node/register", "apps/gateway/src/server.ts"], {
    cwd: root,
    env: { PATH: process.env["PATH"], TS_NODE_PROJECT: join(root, "tsconfig.json"), ...environment },
  });
}

async function outcome(server: ChildProcess) {
  let output = "";
  server.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  server.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(server, "close")) as [number | null];
  return { code, output };
}

describe("the server's process", () => {
  const shared = strongSecret();
  let injection: Injection;
  beforeEach(() => (injection = createInjection()));
  afterEach(() => injection.remove());

  const inject = (name: string, value: string) => writeFileSync(join(injection.secrets, name), value);

  test.each<[string, () => void, RegExp]>([
    ["missing", () => rmSync(join(injection.secrets, "OAUTH_JWT_SECRET")), /- OAUTH_JWT_SECRET is missing/],
    ["short", () => inject("OAUTH_JWT_SECRET", "9f3b2c7d1e8a"), /- OAUTH_JWT_SECRET is short/],
    ["low-entropy", () => inject("OAUTH_JWT_SECRET", "a".repeat(64)), /- OAUTH_JWT_SECRET has low entropy/],
    [
      "known dev",
      () => inject("OAUTH_JWT_SECRET", "dev-oauth-jwt-secret-change-in-prod"),
      /- OAUTH_JWT_SECRET is a publicly known dev default/,
    ],
    [
      "doubly used",
      () => ["OAUTH_JWT_SECRET", "VAULT_JWT_SECRET"].forEach((name) => inject(name, shared)),
      /- VAULT_JWT_SECRET equals OAUTH_JWT_SECRET/,
    ],
  ])("refuses to start with a %s secret and says how to fix it", async (_, spoil, expected) => {
    spoil();
    const { code, output } = await outcome(start(injection.environment));
    expect(code).toBe(1);
    expect(output).toMatch(/^The gateway refuses to start:\n/);
    expect(output).toMatch(expected);
    expect(output).toContain("openssl rand -base64 48");
  });

  test("lists every secret that is wrong in one message", async () => {
    const environment = { ...injection.environment, SECRETS_DIRECTORY: "/nonexistent" };
    const { code, output } = await outcome(start(environment));
    expect(code).toBe(1);
    for (const name of ["OAUTH_JWT_SECRET", "VAULT_JWT_SECRET", "POSTGRES_APP_PASSWORD"])
      expect(output).toContain(`- ${name} is missing`);
  });

  test("says which address it can't listen on", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const PORT = String((other.address() as AddressInfo).port);
    const environment = { ...injection.environment, LOG_LEVEL: "info", HOST: "127.0.0.1", PORT };
    const { code, output } = await outcome(start(environment)).finally(() => other.close());
    expect(code).toBe(1);
    expect(output).toContain(`can't listen on 127.0.0.1:${PORT}`);
  });

  test("serves /healthz, then stops with 0 on SIGTERM, having logged no secret", async () => {
    const secret = strongSecret();
    inject("OAUTH_JWT_SECRET", secret);
    const PORT = String(await freePort());
    const server = start({ ...injection.environment, LOG_LEVEL: "trace", HOST: "127.0.0.1", PORT });
    const finished = outcome(server);
    await once(server.stdout as NodeJS.ReadableStream, "data");
    const response = await fetch(`http://127.0.0.1:${PORT}/healthz`);
    expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
    server.kill("SIGTERM");
    const { code, output } = await finished;
    expect(code).toBe(0);
    expect(output).not.toContain(secret);
  });

  test("refuses new connections after SIGTERM, and serves the request of one that was there before", async () => {
    const port = await freePort();
    const server = start({
      ...injection.environment,
      LOG_LEVEL: "info",
      HOST: "127.0.0.1",
      PORT: String(port),
    });
    const finished = outcome(server);
    await once(server.stdout as NodeJS.ReadableStream, "data");
    const early = connect(port, "127.0.0.1");
    await once(early, "connect");
    server.kill("SIGTERM");
    await refused(port);
    early.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const [answer] = (await once(early, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 200 /);
    expect((await finished).code).toBe(0);
  });
});

/** Resolves as soon as nobody listens on the port any more. */
async function refused(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const outcome = await Promise.race([once(socket, "connect"), once(socket, "error")]).catch(
      () => "refused",
    );
    socket.destroy();
    if (outcome === "refused") return;
  }
}

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { createAgent } from "../../../apps/gateway/src/auth/agents";
import { createPool } from "../../../apps/gateway/src/database/pool";
import { freePort } from "../../support/freePort";
import { RealPostgres } from "../../support/realPostgres";
import { createInjection, patientConfig, strongSecret, type Injection } from "./injection";

jest.setTimeout(300_000);

const root = join(__dirname, "../../..");
const publicUrl = "https://mcp.example";
const WORKERS = 3;

/** One gateway's process, as a load balancer sees it: asked for /readyz, and given requests only while that is 200. */
class Replica {
  ready = false;
  served = 0;
  readonly client: Pool;
  #process: ChildProcess | undefined;
  #log = "";

  constructor(
    private readonly port: number,
    private readonly environment: Record<string, string>,
  ) {
    this.client = new Pool(`http://127.0.0.1:${port}`, { connections: WORKERS });
  }

  async start(): Promise<void> {
    this.#log = "";
    this.#process = spawn(process.execPath, ["-r", "ts-node/register", "apps/gateway/src/server.ts"], {
      cwd: root,
      env: {
        ...{ PATH: process.env["PATH"], TS_NODE_PROJECT: join(root, "tsconfig.json") },
        ...{
          TS_NODE_TRANSPILE_ONLY: "true",
          HOST: "127.0.0.1",
          PORT: String(this.port),
          ...this.environment,
        },
      },
    });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on("data", (chunk: Buffer) => (this.#log += chunk.toString()));
    for (let waited = 0; !this.ready; waited++) {
      if (waited === 600) throw new Error(`never ready:\n${this.#log}`);
      await sleep(100);
    }
  }

  async stop(): Promise<void> {
    const exited = once(this.#process!, "exit");
    this.#process!.kill("SIGTERM");
    expect([(await exited)[0], this.#log]).toEqual([0, expect.not.stringContaining('"level":60')]);
  }

  kill(): void {
    this.#process?.kill("SIGKILL");
  }

  async look(): Promise<void> {
    try {
      const { statusCode, body } = await this.client.request({ path: "/readyz", method: "GET" });
      await body.dump();
      this.ready = statusCode === 200;
    } catch {
      this.ready = false;
    }
  }
}

let postgres: RealPostgres;
let injection: Injection;
let replicas: Replica[] = [];
let over = false;

beforeAll(async () => {
  postgres = await RealPostgres.start();
  injection = createInjection(postgres.caCertificate, {
    POSTGRES_APP_PASSWORD: postgres.passwords.apexmcp_app,
  });
});
afterAll(async () => {
  over = true;
  for (const replica of replicas) replica.kill();
  await Promise.all(replicas.map(({ client }) => client.destroy()));
  injection?.remove();
  await postgres?.[Symbol.asyncDispose]();
});

test("no request fails while two replicas are restarted in turn, nor while their secret is changed", async () => {
  const environment = {
    ...injection.environment,
    ...{ PGHOST: postgres.host, PGPORT: String(postgres.port), PUBLIC_URL: publicUrl, LOG_LEVEL: "fatal" },
    ...{
      RATE_LIMIT_PER_MINUTE: "1000000",
      AGENT_RATE_LIMIT_PER_MINUTE: "1000000",
      SHUTDOWN_NOTICE_MS: "3000",
    },
    MAX_CONCURRENCY: "100",
  };
  const pool = createPool(patientConfig(environment));
  const agent = await createAgent(pool, { organisation: "acme", name: "a", scopes: ["connectors:read"] });
  await pool.end();

  replicas = [new Replica(await freePort(), environment), new Replica(await freePort(), environment)];
  const watching = (async () => {
    while (!over) {
      await Promise.all(replicas.map((replica) => replica.look()));
      await sleep(50);
    }
  })();
  await Promise.all(replicas.map((replica) => replica.start()));

  const failures: string[] = [];
  let turn = 0;
  const ask = async (options: {
    path: string;
    method: "GET" | "POST";
    headers?: object;
    body?: string;
  }): Promise<{ access_token: string }> => {
    // A machine that is busy can be late with both answers.
    while (!replicas.some((replica) => replica.ready)) await sleep(20);
    const ready = replicas.filter((replica) => replica.ready);
    const replica = ready[turn++ % ready.length]!;
    const { statusCode, body } = await replica.client.request(options as never);
    const text = await body.text();
    // Shed for the machine's load, which is not what is tried here.
    if (statusCode === 503 && text.includes('"code":"overloaded"'))
      return sleep(100).then(() => ask(options));
    if (statusCode !== 200) throw new Error(`${options.path}: ${statusCode} ${text}`);
    replica.served++;
    return JSON.parse(text) as { access_token: string };
  };
  const form = new URLSearchParams({
    ...{ grant_type: "client_credentials", resource: `${publicUrl}/api` },
    ...{ client_id: agent.id, client_secret: agent.secret },
  }).toString();
  const working = Array.from({ length: WORKERS }, async () => {
    while (!over)
      try {
        const headers = { "content-type": "application/x-www-form-urlencoded" };
        const { access_token } = await ask({ path: "/oauth/token", method: "POST", headers, body: form });
        const authorization = `Bearer ${access_token}`;
        for (let round = 0; round < 10 && !over; round++)
          await ask({ path: "/api/connectors", method: "GET", headers: { authorization } });
      } catch (error) {
        failures.push(String(error));
        await sleep(100);
      }
  });

  const secretFile = (name: string) => join(injection.secrets, name);
  const first = patientConfig(environment).secrets.OAUTH_JWT_SECRET;
  const second = strongSecret();
  // Every replica must know a secret before any of them signs with it.
  for (const [current, previous] of [
    [first, second],
    [second, first],
  ] as const) {
    writeFileSync(secretFile("OAUTH_JWT_SECRET"), current);
    writeFileSync(secretFile("OAUTH_JWT_SECRET_PREVIOUS"), previous);
    for (const replica of replicas) {
      await replica.stop();
      const before = replica.served;
      await replica.start();
      while (replica.served < before + 50 && failures.length === 0) await sleep(50);
    }
  }
  over = true;
  await Promise.all([...working, watching]);
  expect(failures).toEqual([]);
  console.log(`${replicas.map(({ served }) => served).join(" + ")} requests, none failed`);
});

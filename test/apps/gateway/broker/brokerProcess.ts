import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { Agent, request } from "undici";
import { CredentialClient } from "../../../../apps/gateway/src/broker/client";
import type { CredentialAccess } from "../../../../apps/gateway/src/broker/audit";
import { freePort } from "../../../support/freePort";
import type { BrokerFiles } from "./brokerFixture";

const root = join(__dirname, "../../../..");

/** The broker as its own process on a free port, and a gateway's client of it. */
export class BrokerProcess implements AsyncDisposable {
  readonly audited: CredentialAccess[] = [];
  readonly client: CredentialClient;
  readonly exit: Promise<number | null>;
  log = "";
  private readonly agent: Agent;

  private constructor(
    private readonly process: ChildProcess,
    readonly address: string,
    files: BrokerFiles,
  ) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on("data", (data: Buffer) => (this.log += data.toString()));
    }
    this.exit = new Promise((resolve) => process.once("exit", resolve));
    this.agent = new Agent({ connect: { ca: files.authority } });
    this.client = new CredentialClient({
      address,
      certificateAuthority: files.authority,
      secret: files.tokenSecret,
      audit: { write: (access) => Promise.resolve(void this.audited.push(access)) },
    });
  }

  /** @param program Node's arguments; by default the source, as it is */
  static async start(
    files: BrokerFiles,
    environment: Record<string, string> = {},
    program = ["-r", "ts-node/register", "apps/gateway/src/broker.ts"],
  ): Promise<BrokerProcess> {
    const port = await freePort();
    const child = spawn(process.execPath, program, {
      cwd: root,
      env: {
        PATH: process.env["PATH"],
        TS_NODE_PROJECT: join(root, "tsconfig.json"),
        ...files.environment,
        PORT: String(port),
        ...environment,
      },
    });
    return new BrokerProcess(child, `https://127.0.0.1:${port}`, files);
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  async get(path: string): Promise<{ status: number; body: string; retryAfter: unknown }> {
    const response = await request(new URL(path, this.address), { dispatcher: this.agent });
    const { statusCode: status, headers } = response;
    return { status, body: await response.body.text(), retryAfter: headers["retry-after"] };
  }

  /** Waits until /readyz says `status`. @throws after `within` milliseconds, with the broker's log */
  async untilReady(status = 200, within = 20_000): Promise<void> {
    const end = Date.now() + within;
    for (;;) {
      const answered = await this.get("/readyz").then(
        (answer) => answer.status,
        () => 0,
      );
      if (answered === status) return;
      if (Date.now() > end) throw new Error(`/readyz says ${answered}, not ${status}\n${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill("SIGKILL");
    await this.exit;
    await this.client.close();
    await this.agent.destroy();
  }
}

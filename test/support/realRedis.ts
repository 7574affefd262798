import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { buildImage } from "../../images/docker";
import { createAuthority } from "../apps/gateway/certificates";
import { freePort } from "./freePort";
import { stackImage } from "./stackImage";

const run = promisify(execFile);
const image = "apexmcp-test/redis";

/** A Redis with TLS and a password, in a container of this test's, on a free port of 127.0.0.1. */
export class RealRedis implements AsyncDisposable {
  readonly password = randomBytes(36).toString("base64url");

  private constructor(
    readonly container: string,
    readonly port: number,
    /** PEM of the CA that issued its certificate. */
    readonly caCertificate: string,
    private readonly folder: string,
  ) {}

  static async start(): Promise<RealRedis> {
    const node = stackImage("node");
    await buildImage(
      [
        "--build-arg",
        `NODE_IMAGE=${node}`,
        "--tag",
        image,
        "--file",
        join(__dirname, "redis.Dockerfile"),
        __dirname,
      ],
      {},
    );
    const authority = await createAuthority();
    const { certificate, key } = await authority.sign({ dns: ["localhost"], ip: ["127.0.0.1"] });
    const folder = mkdtempSync(join(tmpdir(), "real-redis-"));
    const container = `real-redis-${randomBytes(6).toString("hex")}`;
    const redis = new RealRedis(container, await freePort(), authority.certificate, folder);
    const files = {
      "tls.crt": certificate,
      "tls.key": key,
      "redis.conf": [
        ...["port 0", "tls-port 6379", "tls-cert-file /etc/test/tls.crt", "tls-key-file /etc/test/tls.key"],
        ...["tls-auth-clients no", 'save ""', "appendonly no", "dir /tmp", `requirepass ${redis.password}`],
      ].join("\n"),
    };
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(folder, name), text, { mode: 0o644 });
    chmodSync(folder, 0o755);
    try {
      await run("docker", [
        ...["create", "--name", container, `--publish=127.0.0.1:${redis.port}:6379`, image],
        ...["redis-server", "/etc/test/redis.conf"],
      ]);
      await run("docker", ["cp", folder, `${container}:/etc/test`]);
      await redis.startAgain();
      return redis;
    } catch (error) {
      await redis[Symbol.asyncDispose]();
      throw error;
    }
  }

  async kill(): Promise<void> {
    await run("docker", ["kill", this.container]);
  }

  async startAgain(): Promise<void> {
    await run("docker", ["start", this.container]);
    for (let waited = 0; ; waited++) {
      const { stdout } = await run("docker", ["logs", this.container]);
      // Once for each start.
      const { stdout: status } = await run("docker", [
        "inspect",
        "--format",
        "{{.State.Running}}",
        this.container,
      ]);
      if (status.trim() === "true" && stdout.includes("Ready to accept connections")) return;
      if (waited === 100) throw new Error(`Redis didn't start:\n${stdout}`);
      await sleep(300);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("docker", ["rm", "--force", "--volumes", this.container]).catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

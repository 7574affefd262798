import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createDevCertificates } from "../../commands/devCertificates";
import { startScript } from "../../components/vault/startScript";
import { freePort } from "./freePort";
import { stackImage } from "./stackImage";

/** A Vault container of this test's own, as the stack runs it: storage in a volume, TLS, a port on 127.0.0.1. */
export class ContainerVault implements AsyncDisposable {
  readonly name = `vault-test-${randomBytes(4).toString("hex")}`;
  readonly directory = mkdtempSync(join(tmpdir(), `${this.name}-`));
  private readonly network = this.name;

  private constructor(
    readonly port: number,
    /** PEM of the CA that issued its certificate. */
    readonly caCertificate: string,
  ) {}

  /** @param diskMiB size of the storage's volume, which is in memory then; unlimited by default */
  static async start(diskMiB?: number): Promise<ContainerVault> {
    const { ca, servers } = await createDevCertificates("vault-test", "127.0.0.1");
    const vault = new ContainerVault(await freePort(), ca);
    mkdirSync(vault.files);
    writeFileSync(vault.caFile, ca);
    writeFileSync(join(vault.files, "ca.crt"), ca);
    writeFileSync(join(vault.files, "tls.crt"), servers.vault.certificate);
    writeFileSync(join(vault.files, "tls.key"), servers.vault.privateKey); // read by another user in the container
    writeFileSync(join(vault.files, "vault.json"), JSON.stringify(configuration));
    writeFileSync(join(vault.files, "start.sh"), startScript("/vault/file"));
    docker("network", "create", vault.network);
    if (diskMiB !== undefined) {
      const options = ["type=tmpfs", "device=tmpfs", `o=size=${diskMiB}m,uid=100,gid=1000,mode=0700`];
      docker("volume", "create", ...options.map((option) => `--opt=${option}`), vault.name);
    }
    vault.run(stackImage("vault"));
    return vault;
  }

  /** In place of the present container, one of another image, on the same storage, as a deployment does. */
  replace(image: string): void {
    docker("rm", "--force", this.name);
    this.run(image);
  }

  private run(image: string): void {
    docker(
      ...["create", "--name", this.name, "--network", this.network, "--user", "100:1000"],
      ...["--env", "VAULT_ADDR=https://127.0.0.1:8200", "--env", "VAULT_CACERT=/etc/vault-test/ca.crt"],
      ...["--publish", `127.0.0.1:${this.port}:8200`, "--volume", `${this.name}:/vault/file`, image],
      ...[
        "/bin/sh",
        "/etc/vault-test/start.sh",
        "/bin/vault",
        "server",
        "-config=/etc/vault-test/vault.json",
      ],
    );
    docker("cp", this.files, `${this.name}:/etc/vault-test`);
    docker("start", this.name);
  }

  private get files(): string {
    return join(this.directory, "config");
  }

  get address(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  get caFile(): string {
    return join(this.directory, "ca.crt");
  }

  restart(): void {
    docker("restart", "--time", "5", this.name);
  }

  /** As a crash of the machine or a `docker kill` does; it starts again sealed. */
  kill(): void {
    docker("kill", "--signal=KILL", this.name);
    docker("start", this.name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const args of [
      ["rm", "--force", "--volumes", this.name],
      ["volume", "rm", "--force", this.name],
      ["network", "rm", this.network],
    ]) {
      try {
        docker(...args);
      } catch {
        // What was never made can't be removed.
      }
    }
    rmSync(this.directory, { recursive: true, force: true });
    return Promise.resolve();
  }
}

export function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

const configuration = {
  ui: false,
  disable_mlock: true, // the stack grants the capability; this container has none
  api_addr: "https://vault:8200",
  storage: { file: { path: "/vault/file" } },
  listener: {
    tcp: {
      address: "0.0.0.0:8200",
      tls_cert_file: "/etc/vault-test/tls.crt",
      tls_key_file: "/etc/vault-test/tls.key",
    },
  },
};

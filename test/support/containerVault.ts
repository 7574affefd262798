import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createDevCertificates } from "../../commands/devCertificates";
import { stateIn } from "../../commands/state";
import { imageReference, readImageLock } from "../../images/imageLock";
import { freePort } from "./realVault";

/** A Vault container of this test's own, as the stack runs it: storage in a volume, TLS, a port on 127.0.0.1. */
export class ContainerVault implements AsyncDisposable {
  readonly name = `vault-test-${randomBytes(4).toString("hex")}`;
  readonly directory = mkdtempSync(join(tmpdir(), `${this.name}-`));
  private readonly network = this.name;

  private constructor(readonly port: number) {}

  static async start(): Promise<ContainerVault> {
    const vault = new ContainerVault(await freePort());
    const { ca, servers } = await createDevCertificates("vault-test", "127.0.0.1");
    const files = join(vault.directory, "config");
    mkdirSync(files);
    writeFileSync(vault.caFile, ca);
    writeFileSync(join(files, "tls.crt"), servers.vault.certificate);
    writeFileSync(join(files, "tls.key"), servers.vault.privateKey); // read by another user in the container
    writeFileSync(join(files, "vault.json"), JSON.stringify(configuration));
    const image = imageReference(readImageLock(stateIn().imageLockFile).images.vault);
    docker("network", "create", vault.network);
    docker(
      ...["create", "--name", vault.name, "--network", vault.network, "--user", "100:1000"],
      ...["--publish", `127.0.0.1:${vault.port}:8200`, "--volume", `${vault.name}:/vault/file`, image],
      ...["/bin/vault", "server", "-config=/etc/vault-test/vault.json"],
    );
    docker("cp", files, `${vault.name}:/etc/vault-test`);
    docker("start", vault.name);
    return vault;
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

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createDevCertificates } from "../../commands/devCertificates";
import { root } from "../../commands/state";
import { startScript } from "../../components/vault/startScript";
import { stackImage } from "./stackImage";
import { freePort } from "./freePort";

/** A Vault server of this test's own: file storage in a temporary directory, TLS, a free port on 127.0.0.1. */
export class RealVault implements AsyncDisposable {
  private process: ChildProcess | undefined;
  private output = "";

  private constructor(
    readonly directory: string,
    readonly port: number,
    /** PEM of the CA that issued its certificate. */
    readonly caCertificate: string,
  ) {}

  /** Starts with empty storage. */
  static async start(): Promise<RealVault> {
    vaultBinary(); // throws, where there is none, before anything is made that nobody would remove
    const directory = mkdtempSync(join(tmpdir(), "real-vault-"));
    const { ca, servers } = await createDevCertificates("real-vault", "127.0.0.1");
    const vault = new RealVault(directory, await freePort(), ca);
    mkdirSync(vault.storage);
    writeFileSync(join(directory, "ca.crt"), ca);
    writeFileSync(join(directory, "tls.crt"), servers.vault.certificate);
    writeFileSync(join(directory, "tls.key"), servers.vault.privateKey, { mode: 0o600 });
    writeFileSync(join(directory, "vault.json"), JSON.stringify(vault.configuration));
    process.once("exit", vault.killNow);
    vault.startAgain();
    return vault;
  }

  get address(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  get storage(): string {
    return join(this.directory, "storage");
  }

  get caFile(): string {
    return join(this.directory, "ca.crt");
  }

  /** What Vault logged; for a failing test. */
  get log(): string {
    return this.output;
  }

  /** Starts the stopped server, as the stack does, on its storage, or on what `storage` makes of it. */
  startAgain(storage: "writable" | "read-only" | "full" = "writable"): void {
    const vault = [vaultBinary(), "server", `-config=${join(this.directory, "vault.json")}`];
    const server = ["/bin/sh", "-c", startScript(this.storage), "start.sh", ...vault];
    const mounts = {
      writable: undefined,
      "read-only": `mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"`,
      full: `mount -t tmpfs -o size=4k tmpfs "$0"`,
    }[storage];
    const [command, ...args] =
      mounts === undefined
        ? server
        : ["unshare", "--mount", "sh", "-c", `${mounts} && exec "$@"`, this.storage, ...server];
    this.process = spawn(command!, args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on("data", (data: Buffer) => (this.output += data.toString()));
    }
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const stopping = this.process;
    if (stopping === undefined || stopping.exitCode !== null || stopping.signalCode !== null) {
      return;
    }
    const stopped = new Promise((resolve) => stopping.once("exit", resolve));
    stopping.kill(signal);
    await stopped;
  }

  /** Has it open its audit files anew. */
  hangUp(): void {
    this.process?.kill("SIGHUP");
  }

  /** As `docker restart` does: Vault comes back sealed. */
  async restart(): Promise<void> {
    await this.stop();
    this.startAgain();
  }

  /** Throws all data away, as a lost volume does; the certificate stays. */
  async empty(): Promise<void> {
    await this.stop();
    rmSync(this.storage, { recursive: true });
    mkdirSync(this.storage);
    this.startAgain();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
    process.removeListener("exit", this.killNow);
    rmSync(this.directory, { recursive: true, force: true });
  }

  private readonly killNow = () => void this.process?.kill("SIGKILL");

  private get configuration() {
    return {
      ui: false,
      disable_mlock: true, // needs a capability that a developer's process lacks
      api_addr: this.address,
      log_level: "info",
      storage: { file: { path: this.storage } },
      listener: {
        tcp: {
          address: `127.0.0.1:${this.port}`,
          tls_cert_file: join(this.directory, "tls.crt"),
          tls_key_file: join(this.directory, "tls.key"),
        },
      },
    };
  }
}

/** The Vault server to test with: $VAULT_BINARY, else the one in the image that the stack runs. */
export function vaultBinary(): string {
  if (process.env["VAULT_BINARY"]) return process.env["VAULT_BINARY"];
  const image = stackImage("vault");
  const cache = join(root, "node_modules", ".cache", "apexmcp");
  const binary = join(cache, `vault-${createHash("sha256").update(image).digest("hex").slice(0, 12)}`);
  if (existsSync(binary)) return binary;
  mkdirSync(cache, { recursive: true });
  const container = docker("create", image);
  try {
    docker("cp", `${container}:/bin/vault`, `${binary}.${process.pid}`);
    renameSync(`${binary}.${process.pid}`, binary);
  } finally {
    docker("rm", container);
  }
  return binary;
}

function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8" }).trim();
}

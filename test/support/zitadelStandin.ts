import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { createDevCertificates } from "../../commands/devCertificates";
import { freePort } from "./freePort";

export interface ZitadelDatabase {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** PEM. */
  readonly caCertificate: string;
}

const main = join(__dirname, "../../images/zitadel-standin/src/main.ts");

/** The stand-in for Zitadel as a process of this test's, on a free port of 127.0.0.1, on the given database. */
export class ZitadelStandin implements AsyncDisposable {
  readonly externalDomain = "auth.localhost";
  readonly adminLogin = "apexmcp-admin@auth.localhost";
  readonly bootstrapPassword = `Aa1!${randomBytes(18).toString("base64url")}`;
  /** PEM, PKCS #8; the system user `deployer` is known by its public half. */
  readonly deployerKey: string;
  /** What it wrote. */
  output = "";
  private readonly masterKey = randomBytes(16).toString("hex");
  private process?: ChildProcess;

  private constructor(
    readonly port: number,
    readonly caCertificate: string,
    private readonly directory: string,
    private readonly environment: Record<string, string>,
  ) {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    this.deployerKey = String(privateKey.export({ type: "pkcs8", format: "pem" }));
    this.write("deployer.pub", String(publicKey.export({ type: "spki", format: "pem" })));
  }

  /** @param environment over the usual one, to break it */
  static async create(
    database: ZitadelDatabase,
    environment: Record<string, string> = {},
  ): Promise<ZitadelStandin> {
    const { ca, servers } = await createDevCertificates("standin-test", "127.0.0.1");
    const directory = mkdtempSync(join(tmpdir(), "zitadel-standin-"));
    const standin = new ZitadelStandin(await freePort(), ca, directory, environment);
    standin.write("tls.crt", servers.edge.certificate);
    standin.write("tls.key", servers.edge.privateKey);
    standin.write("database-ca.crt", database.caCertificate);
    standin.restoreMasterKey();
    const path = (name: string) => join(directory, name);
    standin.write(
      "zitadel.yaml",
      JSON.stringify({
        ExternalDomain: standin.externalDomain,
        ExternalPort: standin.port,
        ExternalSecure: true,
        Port: standin.port,
        TLS: { Enabled: true, CertPath: path("tls.crt"), KeyPath: path("tls.key") },
        Database: {
          postgres: {
            Host: database.host,
            Port: database.port,
            Database: database.database,
            User: {
              Username: database.user,
              Password: database.password,
              SSL: { Mode: "verify-full", RootCert: path("database-ca.crt") },
            },
          },
        },
        SystemAPIUsers: [{ deployer: { Path: path("deployer.pub") } }],
        FirstInstance: { Org: { Human: { UserName: standin.adminLogin } } },
      }),
    );
    return standin;
  }

  get origin(): string {
    return `https://${this.externalDomain}:${this.port}`;
  }

  restoreMasterKey(): void {
    this.writeMasterKey(this.masterKey);
  }

  writeMasterKey(key: string): void {
    this.write("masterkey", key);
  }

  private write(name: string, content: string): void {
    writeFileSync(join(this.directory, name), content, { mode: 0o600 });
  }

  /** Starts it and waits until it answers; throws what it said when it ends instead. */
  async start(): Promise<this> {
    const file = (name: string) => join(this.directory, name);
    this.output = "";
    const child = spawn(
      "node",
      [
        ...[main, "start-from-init", "--tlsMode", "enabled", "--masterkeyFile", file("masterkey")],
        ...["--config", file("zitadel.yaml")],
      ],
      {
        env: {
          PATH: process.env["PATH"],
          ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD: this.bootstrapPassword,
          ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORDCHANGEREQUIRED: "true",
          ...this.environment,
        },
      },
    );
    this.process = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (text) => (this.output += String(text)));
    while (!(await this.isReady())) {
      if (child.exitCode !== null) throw new Error(this.output);
      await sleep(50);
    }
    return this;
  }

  async stop(): Promise<void> {
    if (this.process && this.process.exitCode === null) {
      this.process.kill();
      await once(this.process, "exit");
    }
  }

  private isReady(): Promise<boolean> {
    return new Promise((resolve) => {
      const options = { host: "127.0.0.1", port: this.port, path: "/debug/ready", ca: this.caCertificate };
      request(options, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      })
        .on("error", () => resolve(false))
        .end();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

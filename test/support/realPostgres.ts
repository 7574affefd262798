import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { Client } from "pg";

import { createDevCertificates } from "../../commands/devCertificates";
import {
  clientAuthentication,
  serverConfiguration,
  startScript,
} from "../../components/postgres/serverFiles";
import { stackImage } from "./stackImage";
import { connect } from "../../provider/postgres/connect";
import { readMigrations } from "../../provider/postgres/migrationFiles";
import { runMigrations } from "../../provider/postgres/runMigrations";
import { freePort } from "./freePort";

const run = promisify(execFile);

export const migrationsDirectory = join(__dirname, "../../apps/gateway/migrations");
const databases = {
  apexmcp_deployer: "postgres",
  apexmcp_migrator: "apexmcp",
  apexmcp_app: "apexmcp",
  apexmcp_auditor: "apexmcp",
  zitadel: "zitadel",
} as const;
export type Role = keyof typeof databases;
const roles = Object.keys(databases) as Role[];

/**
 * The stack's own PostgreSQL server (image, start script, pg_hba.conf and settings) in a container of this test's,
 * on a free port of 127.0.0.1, with its roles and the databases that the migrator and Zitadel own.
 */
export class RealPostgres implements AsyncDisposable {
  readonly host = "127.0.0.1";
  readonly database = "apexmcp";
  readonly passwords = Object.fromEntries(
    roles.map((role) => [role, randomBytes(24).toString("base64url")]),
  ) as Record<Role, string>;

  private constructor(
    readonly container: string,
    readonly port: number,
    /** PEM of the CA that issued its certificate. */
    readonly caCertificate: string,
  ) {}

  /**
   * @param migrated whether the gateway's migrations have run
   * @param volume that keeps its data; by default one that goes with it
   * @param onHost whether it is on the host's network: a bench's time is not to be that of Docker's proxy of the port
   */
  static async start({ migrated = true, volume = "", onHost = false } = {}): Promise<RealPostgres> {
    const { ca, servers } = await createDevCertificates("real-postgres", "127.0.0.1");
    const port = await freePort();
    const container = `real-postgres-${randomBytes(6).toString("hex")}`;
    const postgres = new RealPostgres(container, port, ca);
    const image = stackImage("postgres");
    await run("docker", [
      ...[
        "create",
        "--name",
        container,
        "--user",
        "999:999",
        ...(onHost ? ["--network=host", `--env=PGPORT=${port}`] : [`--publish=127.0.0.1:${port}:5432`]),
        "--shm-size=256m",
      ],
      ...[
        `--volume=${volume}${volume && ":"}/var/lib/postgresql/data`,
        "--tmpfs=/run/postgresql:uid=999,gid=999",
        image,
      ],
      ...["/bin/sh", "/etc/apexmcp/start.sh"],
    ]);
    try {
      copyInto(container, {
        "etc/apexmcp/start.sh": startScript,
        "etc/apexmcp/postgresql.conf": serverConfiguration,
        "etc/apexmcp/pg_hba.conf": clientAuthentication,
        "run/secrets/tls.crt": servers.postgres.certificate,
        "run/secrets/tls.key": servers.postgres.privateKey,
        "run/secrets/POSTGRES_PASSWORD": postgres.passwords.apexmcp_deployer,
      });
      await postgres.startAgain();
      for (const role of roles.filter((it) => it !== "apexmcp_deployer")) {
        await postgres.administer(`CREATE ROLE ${role} LOGIN PASSWORD '${postgres.passwords[role]}'`);
      }
      await postgres.administer(`CREATE DATABASE ${postgres.database} OWNER apexmcp_migrator`);
      await postgres.administer("CREATE DATABASE zitadel OWNER zitadel");
      if (migrated) await postgres.migrate();
      return postgres;
    } catch (error) {
      await postgres[Symbol.asyncDispose]();
      throw error;
    }
  }

  address(user: Role) {
    const { host, port, caCertificate } = this;
    return { host, port, database: databases[user], caCertificate, user, password: this.passwords[user] };
  }

  /** Runs the migrations of a directory; returns the names of those that ran now. */
  async migrate(directory = migrationsDirectory): Promise<string[]> {
    const client = await connect(this.address("apexmcp_migrator"), 10_000);
    return (await runMigrations(client, directory, readMigrations(directory))).ran;
  }

  /** A connection over verified TLS; the caller ends it. */
  connect(role: Role): Promise<Client> {
    return connect(this.address(role), 10_000);
  }

  /** Does work as a role, and ends the connection. */
  async as<T>(role: Role, work: (client: Client) => Promise<T>): Promise<T> {
    const client = await this.connect(role);
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  /** Runs SQL as the superuser, inside the container, where alone it can; returns rows as unaligned text. */
  async administer(sql: string, database = "postgres"): Promise<string> {
    const child = run("docker", [
      ...[
        "exec",
        "--interactive",
        this.container,
        "psql",
        "--quiet",
        "--no-psqlrc",
        "--tuples-only",
        "--no-align",
      ],
      ...["--set=ON_ERROR_STOP=1", "--host=/run/postgresql", "--username=postgres", `--dbname=${database}`],
    ]);
    child.child.stdin?.end(sql);
    return (await child).stdout.trim();
  }

  /** As kill -9 does: no shutdown, no checkpoint. */
  async kill(): Promise<void> {
    await run("docker", ["kill", "--signal=KILL", this.container]);
  }

  async startAgain(): Promise<void> {
    await run("docker", ["start", this.container]);
    for (let attempt = 1; ; attempt++) {
      try {
        await this.administer("SELECT 1");
        return;
      } catch (error) {
        if (attempt === 120) throw new Error(await this.log(), { cause: error });
        await sleep(250);
      }
    }
  }

  async log(): Promise<string> {
    const { stdout, stderr } = await run("docker", ["logs", this.container], { maxBuffer: 64 << 20 });
    return stdout + stderr;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("docker", ["rm", "--force", "--volumes", this.container]);
  }
}

/** As files of 999:999 that nobody else reads. */
function copyInto(container: string, files: Readonly<Record<string, string>>): void {
  const directory = mkdtempSync(join(tmpdir(), "real-postgres-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(directory, dirname(path)), { recursive: true });
      writeFileSync(join(directory, path), content, { mode: 0o600 });
    }
    const tar = execFileSync("tar", [
      ...["--create", "--owner=999", "--group=999", `--directory=${directory}`, ...Object.keys(files)],
    ]);
    execFileSync("docker", ["cp", "-", `${container}:/`], {
      input: tar,
      stdio: ["pipe", "ignore", "inherit"],
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

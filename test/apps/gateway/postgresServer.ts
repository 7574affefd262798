import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import type { Certificate } from "./certificates";

export interface PostgresServer {
  port: number;
  pid: number;
  /** Runs SQL as the superuser, over the server's socket. */
  administer: (sql: string, database?: string) => Promise<void>;
  stop: () => Promise<void>;
}

/** A real PostgreSQL of this test's own: loopback only, TLS only, scram-sha-256 only, removed by `stop`. */
export async function startPostgres({ certificate, key }: Certificate): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "gateway-postgres-"));
  const data = join(folder, "data");
  const owner = process.getuid?.() === 0 ? { uid: userId("-u"), gid: userId("-g") } : {};
  const own = (path: string) => owner.uid !== undefined && chownSync(path, owner.uid, owner.gid);
  const port = await freePort();

  own(folder);
  const asOwner = { ...owner, cwd: folder, stdio: "ignore" as const };
  execFileSync(binary("initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync"], asOwner);
  const write = (name: string, text: string) => {
    writeFileSync(join(data, name), text, { mode: 0o600 });
    own(join(data, name));
  };
  write("server.crt", certificate);
  write("server.key", key);
  write("pg_hba.conf", "local all postgres trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n");
  mkdirSync(join(folder, "socket"));
  own(join(folder, "socket"));

  const settings = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: join(folder, "socket"),
    ssl: "on",
    fsync: "off",
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(binary("postgres"), ["-D", data, ...options], asOwner);
  const exited = new Promise<void>((resolve) => server.once("exit", () => resolve()));

  const administer = async (sql: string, database = "postgres") => {
    const client = new Client({ host: join(folder, "socket"), port, user: "postgres", database });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  const stop = async () => {
    server.kill("SIGCONT");
    server.kill("SIGQUIT");
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let attempt = 1; ; attempt++) {
    try {
      await administer("SELECT 1");
      return { port, pid: server.pid ?? 0, administer, stop };
    } catch (error) {
      if (attempt === 100 || server.exitCode !== null) {
        await stop();
        throw error;
      }
      await sleep(100);
    }
  }
}

function binary(name: string): string {
  const debian = `/usr/lib/postgresql/15/bin/${name}`;
  return existsSync(debian) ? debian : name;
}

function userId(flag: "-u" | "-g"): number {
  return Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** PEM; the only CA trusted. The server's certificate must be for `host`. */
  readonly caCertificate: string;
}

/** SQLSTATE classes of a server that is not ready yet: starting, stopping, or out of connections. */
const notReady = /^(57P|53|08)/;
const noConnection =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE)$/;

/**
 * Connects over TLS, sslmode=verify-full, and waits for a server that isn't up yet.
 *
 * @param wait milliseconds to go on trying; 0 tries once
 * @throws an Error that names the server and the cause, never the password; at once when waiting can't help
 */
export async function connect(address: DatabaseAddress, wait: number): Promise<Client> {
  const { host, port, database, user, password, caCertificate } = address;
  const deadline = Date.now() + wait;
  for (;;) {
    const client = new Client({
      host,
      port,
      database,
      user,
      password,
      ssl: { ca: caCertificate, host, minVersion: "TLSv1.2" },
      connectionTimeoutMillis: 5_000,
      application_name: "apexmcp migrations",
    });
    client.on("error", () => undefined); // a connection lost later; the query under way tells
    try {
      await client.connect();
      return client;
    } catch (cause) {
      await client.end().catch(() => undefined);
      const { code = "", message } = cause as NodeJS.ErrnoException;
      const where = `PostgreSQL at ${host}:${port}, database ${database}, user ${user}`;
      const what = message || code;
      const worthWaiting =
        noConnection.test(code) || notReady.test(code) || /timeout|terminated/i.test(message);
      if (!worthWaiting) throw new Error(`${where}: ${what}${code === "" ? "" : ` (${code})`}`, { cause });
      if (Date.now() >= deadline) {
        const waited = wait === 0 ? "no connection" : `no connection within ${wait / 1000} s`;
        throw new Error(`${where}: ${waited} (${what}); see that the server runs, and its log`, { cause });
      }
      await sleep(500);
    }
  }
}

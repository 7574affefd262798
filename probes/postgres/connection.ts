import type { EventEmitter } from "node:events";

import { Client, type ClientConfig } from "pg";

import type { Target } from "../target";

/** The role that the gateway connects as. */
export const appRole = "apexmcp_app";

/** Of a busy machine, not of a server that is gone: a probe as a whole has 20 s. */
const timeout = { connectionTimeoutMillis: 15_000, query_timeout: 15_000 } as const;

/** Parameters of a connection over TLS that verifies the server. */
export function verifiedConnection({ postgres, caCertificate }: Target): ClientConfig {
  return { ...postgres, ...timeout, ssl: { ca: caCertificate, host: postgres.host } };
}

/** Parameters of a connection without TLS. */
export function plainConnection({ postgres }: Target): ClientConfig {
  return { ...postgres, ...timeout, ssl: false };
}

/** Runs a query as the application's role, with its real password, over verified TLS. */
export async function queryAsApp<Row extends object>(target: Target, sql: string): Promise<Row[]> {
  return asApp(target, async (client) => (await client.query<Row>(sql)).rows);
}

/** Does work on a connection of the application's role, with its real password, over verified TLS. */
export async function asApp<T>(target: Target, work: (client: Client) => Promise<T>): Promise<T> {
  const password = target.secrets["POSTGRES_APP_PASSWORD"];
  if (password === undefined) throw new Error("the stack's output has no POSTGRES_APP_PASSWORD");
  const client = new Client({ ...verifiedConnection(target), user: appRole, password });
  client.on("error", () => undefined); // a connection lost later; the query tells
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** How a server lets a user in: what it asked for before anything was sent, or the error it refused with. */
export type Demand = { readonly method: string } | { readonly refused: string; readonly code: string };

const methods = {
  authenticationSASL: "scram",
  authenticationMD5Password: "md5",
  authenticationCleartextPassword: "password",
  authenticationOk: "trust",
} as const;

/**
 * Asks the server, as somebody without the password, what it demands of a user.
 *
 * @throws when there is no connection
 */
export async function demandOf(config: ClientConfig, user: string): Promise<Demand> {
  const client = new Client({ ...config, user, password: "not-the-password" });
  client.on("error", () => undefined);
  const { connection } = client as unknown as { connection: EventEmitter };
  let method: string | undefined;
  for (const [event, name] of Object.entries(methods)) connection.once(event, () => (method ??= name));
  try {
    await client.connect();
    return { method: method ?? "trust" };
  } catch (cause) {
    if (method !== undefined) return { method };
    const { code = "", message } = cause as Error & { code?: string };
    if (!/^[0-9A-Z]{5}$/.test(code)) throw cause; // not an SQLSTATE: the server was never reached
    return { refused: message, code };
  } finally {
    await client.end().catch(() => undefined);
  }
}

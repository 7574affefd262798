import { Pool } from "pg";
import type { Config } from "../config";

/** How long a connection, a statement and an idle transaction may take, in milliseconds. */
const TIMEOUT = 5000;

/**
 * Connections as the application's role over verified TLS: the server's certificate must be signed by the
 * configured CA and name the configured host (`sslmode=verify-full`). Finding postgres-connection-require-tls.
 */
export function createPool({ database, secrets }: Pick<Config, "database" | "secrets">): Pool {
  return new Pool({
    host: database.host,
    port: database.port,
    database: database.database,
    user: database.user,
    password: secrets.POSTGRES_APP_PASSWORD,
    ssl: { ca: database.certificateAuthority, rejectUnauthorized: true, minVersion: "TLSv1.2" },
    application_name: "apexmcp-gateway",
    max: 10,
    connectionTimeoutMillis: TIMEOUT,
    statement_timeout: TIMEOUT,
    idle_in_transaction_session_timeout: TIMEOUT,
    keepAlive: true,
  });
}

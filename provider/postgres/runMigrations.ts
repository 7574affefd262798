import { basename } from "node:path";
import { PG_MIGRATE_LOCK_ID, runner, type MigrationBuilder } from "node-pg-migrate";
import type { Client, DatabaseError } from "pg";
import { correctGrants, prepareGrants, recordGrants } from "./grants";
import type { MigrationFile } from "./migrationFiles";

/** Where it is recorded what ran: node-pg-migrate's table, and one of checksums. Only the migrator may use it. */
const schema = "apexmcp_migrations";

/** Waits this long for another run, and each statement for a lock that somebody holds. */
const lockTimeout = "60s";

/**
 * What has not run yet, in order.
 *
 * @throws when a file that already ran was changed, or is gone
 */
export async function pendingMigrations(
  client: Client,
  files: readonly MigrationFile[],
): Promise<MigrationFile[]> {
  const ran = await appliedMigrations(client);
  const problems = [...ran].flatMap(([name, checksum]) => {
    const file = files.find((it) => it.name === name);
    if (file === undefined) return [`${name} ran, but is not in the directory any more: put it back`];
    if (file.checksum !== checksum)
      return [
        `${name} was changed after it ran: put it back as it was, and make the change in a new migration`,
      ];
    return [];
  });
  if (problems.length > 0) throw new Error(`migrations can't run: ${problems.join("; ")}`);
  return files.filter(({ name }) => !ran.has(name));
}

/** Names and checksums of what already ran, in order. */
export async function appliedMigrations(client: Client): Promise<Map<string, string>> {
  const exists = await client.query(`SELECT 1 WHERE to_regclass('${schema}.checksums') IS NOT NULL`);
  if (exists.rowCount === 0) return new Map();
  const { rows } = await client.query<{ name: string; sha256: string }>(
    `SELECT name, sha256 FROM ${schema}.checksums ORDER BY name`,
  );
  return new Map(rows.map(({ name, sha256 }) => [name, sha256]));
}

/**
 * Runs what has not run yet, each file in one transaction with the record that it ran; waits while another run is
 * under way. What was granted or revoked by hand since the last migration is undone first. Ends the connection.
 *
 * @param directory of the files; what runs is what `files` holds of them
 * @returns the names of what ran now, and a phrase for each grant that was corrected
 * @throws an Error that names the file, line and SQLSTATE; what that file did is rolled back
 */
export async function runMigrations(
  client: Client,
  directory: string,
  files: readonly MigrationFile[],
): Promise<{ ran: string[]; corrected: string[] }> {
  let current: MigrationFile | undefined;
  const unit = (path: string) => {
    const file = files.find(({ name }) => name === basename(path));
    if (file === undefined) throw new Error(`${path} has appeared during the run; run pulumi up again`);
    const up = (builder: MigrationBuilder) => {
      current = file;
      builder.sql(file.sql);
      builder.sql(
        `INSERT INTO ${schema}.checksums (name, sha256) VALUES ('${file.name}', '${file.checksum}')`,
      );
      builder.sql(recordGrants);
    };
    return { id: path, filePaths: [path], actions: { up, down: false as const } };
  };
  try {
    await client.query(`SET lock_timeout = '${lockTimeout}'`);
    await client.query(`SELECT pg_advisory_lock(${PG_MIGRATE_LOCK_ID})`);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${schema}.checksums (name text PRIMARY KEY, sha256 text NOT NULL)`,
    );
    await prepareGrants(client);
    const pending = await pendingMigrations(client, files);
    const corrected = await correctGrants(client);
    await runner({
      dbClient: client,
      noLock: true, // held above, since the checksums are read under it too
      direction: "up",
      singleTransaction: false,
      dir: directory,
      ignorePattern: ".*(?<!\\.sql)",
      migrationLoaderStrategies: [
        { extensions: [".sql"], loader: (paths) => Promise.resolve(paths.map(unit)) },
      ],
      migrationsSchema: schema,
      migrationsTable: "history",
      logger: silent,
    });
    return { ran: pending.map(({ name }) => name), corrected };
  } catch (error) {
    throw explained(error, current);
  } finally {
    await client.end().catch(() => undefined); // and with it the lock, and a transaction that failed
  }
}

const quiet = () => undefined;
const silent = { debug: quiet, info: quiet, warn: quiet, error: quiet };

function explained(error: unknown, file: MigrationFile | undefined): Error {
  const { message, code, position, where } = error as Partial<DatabaseError> & Error;
  const state = code === undefined ? "" : ` (SQLSTATE ${code})`;
  if (code === "55P03" && file === undefined)
    return new Error(
      `migrations: another run has held the lock for ${lockTimeout}; wait for it to end${state}`,
    );
  if (file === undefined) return error instanceof Error ? error : new Error(String(error));
  const lost =
    code === undefined && /terminated|ECONNRESET|closed/i.test(message) ? "; the server's log says why" : "";
  const inner = where === undefined ? "" : `, ${where.split("\n")[0]}`;
  return new Error(
    `migration ${file.name} failed${placeOf(file.sql, position)}: ${message}${state}${inner}${lost}. ` +
      "All it did is rolled back, and the migrations before it stand. Correct it, and run pulumi up again.",
    { cause: error },
  );
}

/** PostgreSQL counts characters from 1. */
function placeOf(sql: string, position: string | undefined): string {
  if (position === undefined) return "";
  const before = Array.from(sql)
    .slice(0, Number(position) - 1)
    .join("")
    .split("\n");
  return ` at line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
}

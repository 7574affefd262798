import { readFileSync } from "node:fs";

import { Pool } from "pg";

import type { Settings } from "./settings.ts";

/**
 * JSON documents in the database `zitadel`, in a schema of the stand-in's own. Only one stand-in runs on a database,
 * so a document that was read is current until this process writes it.
 */
export class Store {
  private readonly pool: Pool;

  constructor({ Database: { postgres } }: Settings) {
    const { User } = postgres;
    this.pool = new Pool({
      host: postgres.Host,
      port: postgres.Port,
      database: postgres.Database,
      user: User.Username,
      password: User.Password,
      ssl: { ca: readFileSync(User.SSL.RootCert, "utf8") },
      max: 4,
      connectionTimeoutMillis: 10_000,
    });
    this.pool.on("error", (error) => console.error(`database: ${error.message}`));
  }

  async prepare(): Promise<void> {
    await this.pool.query(`
      CREATE SCHEMA IF NOT EXISTS standin;
      CREATE TABLE IF NOT EXISTS standin.documents (
        kind text NOT NULL, id text NOT NULL, body jsonb NOT NULL, expires timestamptz, PRIMARY KEY (kind, id));
      DELETE FROM standin.documents WHERE expires < now();`);
  }

  async get<T>(kind: string, id: string): Promise<T | undefined> {
    return this.find<T>("kind = $1 AND id = $2", [kind, id]);
  }

  /** The first document of a kind whose body has a value under a key. */
  async getBy<T>(kind: string, key: string, value: string): Promise<T | undefined> {
    return this.find<T>("kind = $1 AND body->>$2 = $3", [kind, key, value]);
  }

  private async find<T>(condition: string, values: string[]): Promise<T | undefined> {
    const { rows } = await this.pool.query<{ body: T }>(
      `SELECT body FROM standin.documents WHERE ${condition} AND (expires IS NULL OR expires > now())`,
      values,
    );
    return rows[0]?.body;
  }

  /** @param lifetime seconds after which the document is gone; for ever without */
  async put(kind: string, id: string, body: unknown, lifetime?: number): Promise<void> {
    await this.pool.query(
      `INSERT INTO standin.documents VALUES ($1, $2, $3, now() + $4 * interval '1 second')
       ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body, expires = excluded.expires`,
      [kind, id, JSON.stringify(body), lifetime ?? null],
    );
  }

  async remove(kind: string, id: string): Promise<void> {
    await this.pool.query("DELETE FROM standin.documents WHERE kind = $1 AND id = $2", [kind, id]);
  }

  async removeBy(key: string, value: string): Promise<void> {
    await this.pool.query("DELETE FROM standin.documents WHERE body->>$1 = $2", [key, value]);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

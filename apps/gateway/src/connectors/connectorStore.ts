import type { Pool, PoolClient } from "pg";
import { insertAuditEntries, type AuditEntry } from "../audit/auditLog";
import { databaseAnswer } from "../database/answer";

export interface Connector {
  id: string;
  organisationId: string;
  /** Unique in its organisation; part of the URL at which agents reach it. */
  name: string;
  url: string;
  /** Whether its URL may be http; development only. */
  allowHttp: boolean;
  hasCredential: boolean;
  createdAt: Date;
  updatedAt: Date;
}

const COLUMNS = `id, organisation_id AS "organisationId", name, url, allow_http AS "allowHttp",
  has_credential AS "hasCredential", created_at AS "createdAt", updated_at AS "updatedAt"`;

/** An organisation's connectors. What changes one is in the audit log in the same commit, or did not happen. */
export class ConnectorStore {
  constructor(private readonly pool: Pool) {}

  async byName(organisationId: string, name: string): Promise<Connector | undefined> {
    const { rows } = await databaseAnswer(
      this.pool.query<Connector>({
        name: "find-connector",
        text: `SELECT ${COLUMNS} FROM apexmcp.connectors WHERE organisation_id = $1 AND name = $2`,
        values: [organisationId, name],
      }),
    );
    return rows[0];
  }

  /** By name, from after `after`. */
  async list(organisationId: string, limit: number, after: string): Promise<Connector[]> {
    const { rows } = await databaseAnswer(
      this.pool.query<Connector>(
        `SELECT ${COLUMNS} FROM apexmcp.connectors WHERE organisation_id = $1 AND name > $2 ORDER BY name LIMIT $3`,
        [organisationId, after, limit],
      ),
    );
    return rows;
  }

  /** Undefined when the organisation has a connector of this name. */
  create(
    { id, organisationId, name, url, allowHttp, hasCredential }: Omit<Connector, "createdAt" | "updatedAt">,
    entry: AuditEntry,
  ): Promise<Connector | undefined> {
    return this.#recorded(entry, (client) =>
      client.query<Connector>(
        `INSERT INTO apexmcp.connectors (id, organisation_id, name, url, allow_http, has_credential)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organisation_id, name) DO NOTHING RETURNING ${COLUMNS}`,
        [id, organisationId, name, url, allowHttp, hasCredential],
      ),
    );
  }

  update(
    { id, url, allowHttp, hasCredential }: Pick<Connector, "id" | "url" | "allowHttp" | "hasCredential">,
    entry: AuditEntry,
  ): Promise<Connector | undefined> {
    return this.#recorded(entry, (client) =>
      client.query<Connector>(
        `UPDATE apexmcp.connectors SET url = $2, allow_http = $3, has_credential = $4, updated_at = now()
         WHERE id = $1 RETURNING ${COLUMNS}`,
        [id, url, allowHttp, hasCredential],
      ),
    );
  }

  delete(id: string, entry: AuditEntry): Promise<Connector | undefined> {
    return this.#recorded(entry, (client) =>
      client.query<Connector>(`DELETE FROM apexmcp.connectors WHERE id = $1 RETURNING ${COLUMNS}`, [id]),
    );
  }

  /** The changed row, with the entry; undefined, and no entry, when nothing was changed. */
  async #recorded(
    entry: AuditEntry,
    change: (client: PoolClient) => Promise<{ rows: Connector[] }>,
  ): Promise<Connector | undefined> {
    const client = await databaseAnswer(this.pool.connect());
    let broken: Error | undefined;
    try {
      await client.query("BEGIN");
      const { rows } = await change(client);
      if (rows[0] !== undefined) await insertAuditEntries(client, [entry]);
      await client.query("COMMIT");
      return rows[0];
    } catch (error) {
      broken = error as Error;
      return await databaseAnswer(Promise.reject(broken));
    } finally {
      // With the error, the connection is closed, which rolls back.
      client.release(broken);
    }
  }
}

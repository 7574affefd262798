import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Pool } from "pg";

export interface Agent {
  id: string;
  organisationId: string;
  /** What its tokens may have at most. */
  scopes: readonly string[];
}

/** Compared with when there is no such agent, so that both cases take as long. */
const NOBODY = `sha256:${"0".repeat(64)}`;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The agent that has this id and this secret, unless it is disabled. */
export async function authenticateAgent(pool: Pool, id: string, secret: string): Promise<Agent | undefined> {
  if (!uuid.test(id)) return undefined;
  const { rows } = await pool.query<{ organisation_id: string; secret_hash: string; scopes: string[] }>({
    name: "find-agent",
    text: "SELECT organisation_id, secret_hash, scopes FROM apexmcp.agents WHERE id = $1 AND disabled_at IS NULL",
    values: [id],
  });
  const [row] = rows;
  const given = Buffer.from(hashSecret(secret));
  const stored = Buffer.from(row?.secret_hash ?? NOBODY);
  const matches = given.length === stored.length && timingSafeEqual(given, stored);
  return row && matches ? { id, organisationId: row.organisation_id, scopes: row.scopes } : undefined;
}

/** A new agent of an organisation, which is made if it is new. The secret is told only here. */
export async function createAgent(
  pool: Pool,
  { organisation, name, scopes }: { organisation: string; name: string; scopes: readonly string[] },
): Promise<{ id: string; organisationId: string; secret: string }> {
  const secret = newSecret();
  const { rows } = await pool.query<{ id: string; organisation_id: string }>(
    `WITH made AS (
       INSERT INTO apexmcp.organisations (name) VALUES ($1)
       ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id)
     INSERT INTO apexmcp.agents (organisation_id, name, secret_hash, scopes)
     SELECT id, $2, $3, $4 FROM made RETURNING id, organisation_id`,
    [organisation, name, hashSecret(secret), scopes],
  );
  if (rows[0] === undefined) throw new Error("the agent was not made");
  return { id: rows[0].id, organisationId: rows[0].organisation_id, secret };
}

export interface ListedAgent {
  client_id: string;
  organisation: string;
  name: string;
  scopes: readonly string[];
  created_at: Date;
  disabled_at: Date | null;
}

/** All agents, by organisation and name. */
export async function listAgents(pool: Pool): Promise<ListedAgent[]> {
  const { rows } = await pool.query<ListedAgent>(
    `SELECT agents.id AS client_id, organisations.name AS organisation, agents.name, scopes, agents.created_at, disabled_at
     FROM apexmcp.agents JOIN apexmcp.organisations ON organisations.id = organisation_id ORDER BY 2, 3`,
  );
  return rows;
}

export async function hasAgent(pool: Pool, id: string): Promise<boolean> {
  if (!uuid.test(id)) return false;
  const { rows } = await pool.query("SELECT FROM apexmcp.agents WHERE id = $1", [id]);
  return rows.length > 0;
}

export async function disableAgent(pool: Pool, id: string): Promise<void> {
  await pool.query("UPDATE apexmcp.agents SET disabled_at = now() WHERE id = $1", [id]);
}

/** A new secret in place of the old one; enables the agent. The secret is told only here. */
export async function renewSecret(pool: Pool, id: string): Promise<string> {
  const secret = newSecret();
  await pool.query("UPDATE apexmcp.agents SET secret_hash = $2, disabled_at = NULL WHERE id = $1", [
    id,
    hashSecret(secret),
  ]);
  return secret;
}

function newSecret(): string {
  return `apexmcp_${randomBytes(32).toString("base64url")}`;
}

/** Secrets are 256 random bits, so nothing is gained by a slow hash, which would cost a CPU at each guess. */
function hashSecret(secret: string): string {
  return `sha256:${createHash("sha256").update(secret).digest("hex")}`;
}

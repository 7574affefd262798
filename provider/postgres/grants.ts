import type { Client, DatabaseError } from "pg";

/**
 * Who may do what in this database beyond what each object's owner may, one line a privilege, as a GRANT says it; and
 * what belongs to another role than the one that asks. `undo` takes it back, where its holder isn't the owner.
 */
const grants = `
  WITH objects AS (
    SELECT 'DATABASE' AS kind, quote_ident(datname) AS object, '' AS of_column, datdba AS owner,
      coalesce(datacl, acldefault('d', datdba)) AS acl
    FROM pg_catalog.pg_database WHERE datname = current_database()
    UNION ALL
    SELECT 'SCHEMA', quote_ident(nspname), '', nspowner, coalesce(nspacl, acldefault('n', nspowner))
    FROM pg_catalog.pg_namespace
    UNION ALL
    SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, format('%I.%I', nspname, relname), '', relowner,
      coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))
    FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    UNION ALL
    SELECT 'TABLE', format('%I.%I', nspname, relname), format(' (%I)', attname), relowner, attacl
    FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_class c ON c.oid = attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace
    UNION ALL
    SELECT 'ROUTINE', format('%I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(p.oid)), '', proowner,
      coalesce(proacl, acldefault('f', proowner))
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = pronamespace
    UNION ALL
    SELECT 'TYPE', format('%I.%I', nspname, typname), '', typowner, coalesce(typacl, acldefault('T', typowner))
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = typnamespace
    WHERE typtype IN ('d', 'e', 'r')
  ), applications AS (
    SELECT * FROM objects WHERE object !~ '^(pg_|information_schema)'
  )
  SELECT format('%s%s ON %s %s TO %s%s', privilege_type, of_column, kind, object, holder,
      CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS line,
    format('REVOKE %s%s ON %s %s FROM %s CASCADE', privilege_type, of_column, kind, object, holder) AS undo
  FROM applications, aclexplode(acl),
    LATERAL (SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS holder) h
  WHERE grantee <> owner
  UNION
  SELECT format('%s %s BELONGS TO %I', kind, object, pg_get_userbyid(owner)), NULL
  FROM applications WHERE pg_get_userbyid(owner) <> current_user
  ORDER BY 1`;

interface Grant {
  readonly line: string;
  readonly undo: string | null;
}

/** Name of the table that holds what the migrations granted, for a role that has to leave it alone. */
const table = "apexmcp_migrations.grants";

/** Makes what is granted now what has to be; part of a migration's own transaction. */
export const recordGrants = `DELETE FROM ${table}; INSERT INTO ${table} SELECT line FROM (${grants}) AS now`;

/** Makes the table; one that is empty, since the migrations ran before there was one, gets what is granted now. */
export async function prepareGrants(client: Client): Promise<void> {
  await client.query(`CREATE TABLE IF NOT EXISTS ${table} (line text PRIMARY KEY)`);
  const { rowCount } = await client.query(`SELECT FROM ${table} LIMIT 1`);
  if (rowCount === 0) await client.query(recordGrants);
}

export interface Drift {
  readonly excess: readonly Grant[];
  /** Lines. */
  readonly missing: readonly string[];
}

const none: Drift = { excess: [], missing: [] };

/** What is granted otherwise than the migrations left it. Nothing, before the first one recorded it. */
export async function grantDrift(client: Client): Promise<Drift> {
  const exists = await client.query(`SELECT 1 WHERE to_regclass('${table}') IS NOT NULL`);
  if (exists.rowCount === 0) return none;
  const recorded = await client.query<{ line: string }>(`SELECT line FROM ${table}`);
  if (recorded.rowCount === 0) return none;
  const declared = new Set(recorded.rows.map(({ line }) => line));
  const { rows } = await client.query<Grant>(grants);
  const live = new Set(rows.map(({ line }) => line));
  return {
    excess: rows.filter(({ line }) => !declared.has(line)),
    missing: [...declared].filter((line) => !live.has(line)),
  };
}

/** One phrase for each difference. */
export function describeDrift({ excess, missing }: Drift): string[] {
  return [...excess.map(({ line }) => `too much: ${line}`), ...missing.map((line) => `missing: ${line}`)];
}

/**
 * Takes back what is granted too much, and grants what is missing, in one transaction.
 *
 * @returns a phrase for each correction
 * @throws when something is left that only a superuser can correct
 */
export async function correctGrants(client: Client): Promise<string[]> {
  const drift = await grantDrift(client);
  const found = describeDrift(drift);
  if (found.length === 0) return [];
  await client.query("BEGIN");
  for (const { undo } of drift.excess) if (undo !== null) await tryTo(client, undo);
  for (const line of drift.missing) if (!line.includes(" BELONGS TO ")) await tryTo(client, `GRANT ${line}`);
  const left = describeDrift(await grantDrift(client));
  await client.query(left.length === 0 ? "COMMIT" : "ROLLBACK");
  if (left.length > 0)
    throw new Error(
      `the migrator can't correct what was changed by hand: ${left.join("; ")}. Correct it as a superuser, then run pulumi up again`,
    );
  return found;
}

/** What is refused since the object belongs to somebody else is left, and found to be left. */
async function tryTo(client: Client, statement: string): Promise<void> {
  await client.query("SAVEPOINT correction");
  await client.query(statement).catch(async (error: DatabaseError) => {
    if (error.code !== "42501") throw error;
    await client.query("ROLLBACK TO SAVEPOINT correction");
  });
}

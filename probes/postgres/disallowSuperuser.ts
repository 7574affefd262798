import { fail, pass, probe } from "../probe";
import { appRole, queryAsApp } from "./connection";

const attributes = ["rolsuper", "rolcreaterole", "rolcreatedb", "rolreplication", "rolbypassrls"] as const;
type Attributes = Record<(typeof attributes)[number], boolean>;

/** Proves postgres-role-disallow-superuser, by what the application's own connection may do. */
export const disallowSuperuser = probe("postgres-role-disallow-superuser", async (target) => {
  // Roles that it can switch to count as its own.
  const sql = `SELECT ${attributes.map((it) => `bool_or(${it}) AS ${it}`).join(", ")}
    FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')`;
  const [role] = await queryAsApp<Attributes>(target, sql);
  if (!role) throw new Error(`${appRole} isn't in pg_roles`);
  const held = attributes.filter((attribute) => role[attribute] !== false);
  return held.length > 0
    ? fail(`${appRole} has ${held.join(", ")}`)
    : pass(`${appRole} is no superuser, and creates no role or database`);
});

import type { Client } from "pg";
import { z } from "zod";
import type { Resource } from "../resource";
import { connect } from "./connect";
import { patience, server } from "./server";

const inputs = z.strictObject({
  ...server,
  user: z.string().min(1).meta({ description: "May execute apexmcp_admin.strip_role: the deployer." }),
  role: z.string().min(1),
  settings: z.array(z.string().regex(/^[a-z_]+=[\w.]+$/)).meta({
    description: "Every setting of the role, name=value as PostgreSQL stores it.",
  }),
});

const outputs = z.object({ name: z.string().meta({ description: "The role, once it is in its bounds." }) });
type Inputs = z.output<typeof inputs>;

/** `hardening:postgres:RoleBounds`: a role can log in, has these settings, and is and may nothing more by itself. */
export const roleBounds: Resource<typeof inputs, typeof outputs> = {
  description: "Takes from a role every attribute, membership and setting that isn't declared.",
  inputs,
  outputs,

  // A server that answers says what the role has too much; one that doesn't leaves only what the program changed.
  diff: async (_old, inputs, changed, { log }) => {
    const changes = changed.length > 0;
    let client;
    try {
      client = await connect(inputs, 0);
    } catch (error) {
      log.warn(`${(error as Error).message}. What ${inputs.role} has is not known.`);
      return { changes };
    }
    try {
      const excess = await excessOf(client, inputs);
      if (excess.length > 0) log.warn(`${inputs.role}: ${excess.join(", ")}; an update corrects it`);
      return { changes: changes || excess.length > 0 };
    } finally {
      await client.end().catch(() => undefined);
    }
  },

  create: async (inputs) => {
    await bind(inputs);
    return { id: `${inputs.host}:${inputs.port}/${inputs.role}`, outputs: { name: inputs.role } };
  },

  update: async (_old, inputs, { log }) => {
    const corrected = await bind(inputs);
    if (corrected.length > 0) log.info(`corrected: ${inputs.role} ${corrected.join(", ")}`);
    return { name: inputs.role };
  },

  read: ({ role }) => Promise.resolve({ name: role }),

  // The role outlives the resource, in its bounds.
  delete: () => Promise.resolve(),
};

const attributes = {
  rolsuper: "SUPERUSER",
  rolcreaterole: "CREATEROLE",
  rolcreatedb: "CREATEDB",
  rolreplication: "REPLICATION",
  rolbypassrls: "BYPASSRLS",
} as const;

const live = `
  SELECT ${Object.keys(attributes).join(", ")},
    ARRAY(SELECT pg_get_userbyid(roleid)::text FROM pg_auth_members WHERE member = r.oid) AS memberships,
    ARRAY(SELECT setting FROM pg_db_role_setting, unnest(setconfig) AS setting
      WHERE setrole = r.oid AND setdatabase = 0) AS settings,
    ARRAY(SELECT setting FROM pg_db_role_setting, unnest(setconfig) AS setting
      WHERE setrole = r.oid AND setdatabase <> 0) AS elsewhere
  FROM pg_roles r WHERE rolname = $1`;

type Live = Record<keyof typeof attributes, boolean> &
  Record<"memberships" | "settings" | "elsewhere", string[]>;

/** What differs from the declaration, one phrase each. */
async function excessOf(client: Client, { role, settings }: Inputs): Promise<string[]> {
  const { rows } = await client.query<Live>(live, [role]);
  const [found] = rows;
  if (found === undefined) return ["does not exist"];
  return [
    ...Object.entries(attributes).flatMap(([column, name]) =>
      found[column as keyof typeof attributes] ? [`is ${name}`] : [],
    ),
    ...found.memberships.map((it) => `is a member of ${it}`),
    ...found.settings.filter((it) => !settings.includes(it)).map((it) => `is set ${it}`),
    ...found.elsewhere.map((it) => `is set ${it} in one database`),
    ...settings.filter((it) => !found.settings.includes(it)).map((it) => `is not set ${it}`),
  ];
}

/** All or nothing: in one transaction. @returns what differed */
async function bind(inputs: Inputs): Promise<string[]> {
  const { role, settings } = inputs;
  const client = await connect(inputs, patience);
  try {
    const excess = await excessOf(client, inputs);
    if (excess.includes("does not exist")) throw new Error(`there is no role ${role}; make it first`);
    if (excess.length === 0) return [];
    const name = client.escapeIdentifier(role);
    await client.query("BEGIN");
    await client.query("SELECT apexmcp_admin.strip_role($1)", [role]);
    for (const setting of settings) {
      const [key, value] = setting.split("=") as [string, string];
      await client.query(`ALTER ROLE ${name} SET ${key} = ${client.escapeLiteral(value)}`);
    }
    const left = await excessOf(client, inputs);
    if (left.length > 0) throw new Error(`${role} still ${left.join(", ")}; correct it as a superuser`);
    await client.query("COMMIT");
    return excess;
  } finally {
    await client.end().catch(() => undefined);
  }
}

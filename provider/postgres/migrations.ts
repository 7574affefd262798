import { z } from "zod";
import type { Resource } from "../resource";
import { connect } from "./connect";
import { describeDrift, grantDrift } from "./grants";
import { describeMigration, readMigrations, type MigrationFile } from "./migrationFiles";
import { appliedMigrations, pendingMigrations, runMigrations } from "./runMigrations";
import { patience, server } from "./server";

const inputs = z.strictObject({
  ...server,
  user: z.string().min(1).meta({ description: "The role that owns the database: the migrator." }),
  directory: z.string().min(1).meta({ description: "Absolute path of the *.sql files." }),
  migrations: z
    .array(z.string())
    .min(1)
    .meta({ description: "Each file as the program saw it: its name and the sha256 of its bytes." }),
});

const outputs = z.object({
  applied: z.array(z.string()).meta({ description: "Names of what has run in this database." }),
});

/** `hardening:postgres:Migrations`: every SQL migration of a directory has run, once, in order (article, finding 5). */
export const migrations: Resource<typeof inputs, typeof outputs> = {
  description:
    "Runs the SQL migrations of a directory that have not run yet, and refuses changed or missing ones.",
  inputs,
  outputs,

  // A database that answers says what would run; one that doesn't leaves only what the program changed.
  diff: async (_old, inputs, changed, { log }) => {
    const changes = changed.some((key) => key !== "directory"); // the same files elsewhere are the same
    let client;
    try {
      client = await connect(inputs, 0);
    } catch (error) {
      log.warn(`${(error as Error).message}. What would run is not known.`);
      return { changes };
    }
    try {
      const pending = await pendingMigrations(client, filesOf(inputs));
      if (pending.length > 0) log.info(`would run: ${pending.map(({ name }) => name).join(", ")}`);
      const drift = describeDrift(await grantDrift(client));
      if (drift.length > 0) log.warn(`granted by hand; an update corrects it: ${drift.join("; ")}`);
      return { changes: changes || pending.length > 0 || drift.length > 0 };
    } finally {
      await client.end().catch(() => undefined);
    }
  },

  create: async (inputs, { log }) => ({
    id: `${inputs.host}:${inputs.port}/${inputs.database}`,
    outputs: await migrate(inputs, log),
  }),

  update: (_old, inputs, { log }) => migrate(inputs, log),

  read: async (old, { log }) => {
    let client;
    try {
      client = await connect(old, 0);
    } catch (error) {
      log.warn(`${(error as Error).message}. Its state is kept as it was recorded.`);
      return { applied: old.applied };
    }
    try {
      return { applied: [...(await appliedMigrations(client)).keys()] };
    } finally {
      await client.end().catch(() => undefined);
    }
  },

  // The data outlives the resource that laid out its tables.
  delete: () => Promise.resolve(),
};

type Inputs = z.output<typeof inputs>;

async function migrate(
  inputs: Inputs,
  log: { info(message: string): void },
): Promise<z.output<typeof outputs>> {
  const files = filesOf(inputs);
  const { ran, corrected } = await runMigrations(await connect(inputs, patience), inputs.directory, files);
  if (ran.length > 0) log.info(`ran: ${ran.join(", ")}`);
  if (corrected.length > 0) log.info(`corrected: ${corrected.join("; ")}`);
  return { applied: files.map(({ name }) => name) };
}

/** The files, which must still be those the program saw. */
function filesOf({ directory, migrations }: Inputs): MigrationFile[] {
  const files = readMigrations(directory);
  if (files.map(describeMigration).join() !== migrations.join())
    throw new Error(`${directory}: the migrations are not those the program saw; run pulumi up again`);
  return files;
}

import { readFileSync } from "node:fs";

import { CommandError } from "./commandError";
import { liveOutputs } from "./liveTarget";
import type { State } from "./state";
import type { DatabaseAddress } from "../provider/postgres/connect";

/** Which database the commands of the audit log read, for their help. */
export const auditDatabase =
  "Of the dev stack, or of the server that PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD and PGSSLROOTCERT say";

/** @throws CommandError when neither the environment nor a deployed stack says where the database is */
export async function auditorAddress(state: State): Promise<DatabaseAddress> {
  const { PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLROOTCERT } = process.env;
  const user = PGUSER ?? "apexmcp_auditor";
  if (PGHOST !== undefined) {
    if (PGPASSWORD === undefined || PGSSLROOTCERT === undefined)
      throw new CommandError(
        "PGHOST is set, but not all that goes with it",
        "set PGPASSWORD and PGSSLROOTCERT too",
        2,
      );
    return {
      host: PGHOST,
      port: Number(PGPORT ?? 5432),
      database: PGDATABASE ?? "apexmcp",
      user,
      password: PGPASSWORD,
      caCertificate: readFileSync(PGSSLROOTCERT, "utf8"),
    };
  }
  const { postgres, caCertificate, secrets } = await liveOutputs(state).catch(couldNotTell);
  const password = secrets["POSTGRES_AUDITOR_PASSWORD"];
  if (password === undefined)
    throw new CommandError(
      "the stack's outputs have no POSTGRES_AUDITOR_PASSWORD",
      "deploy it again: make up",
      2,
    );
  return { ...postgres, user, password, caCertificate };
}

/** An audit log that can't be read is neither sound nor empty: exit code 2. */
export function couldNotTell(cause: unknown): never {
  if (cause instanceof CommandError) throw new CommandError(cause.problem, cause.fix, 2);
  throw new CommandError(
    `the audit log could not be read: ${(cause as Error).message}`,
    "bring the stack up (make up), or set PGHOST and the others; their names are in ARGS=--help",
    2,
  );
}

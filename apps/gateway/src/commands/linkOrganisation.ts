import type { Pool } from "pg";
import { AuditLog } from "../audit/auditLog";
import { linkOrganisation } from "../auth/organisations";

/**
 * `gateway link-organisation ORGANISATION ID`: users of the identity provider's organisation of this id are from now on
 * users of ours. Prints one JSON line.
 */
export async function linkOrganisationCommand(
  pool: Pool,
  [organisation = "", identityOrganisation = ""]: readonly string[],
  print: (line: string) => void,
): Promise<number> {
  // Before it is made, so that no link exists unrecorded.
  await new AuditLog(pool).record({
    actor: "system:cli",
    action: "organisation.link",
    outcome: "succeeded",
    detail: { organisation, identityOrganisation },
  });
  const id = await linkOrganisation(pool, { organisation, identityOrganisation });
  print(JSON.stringify({ organisation: id, identityOrganisation }));
  return 0;
}

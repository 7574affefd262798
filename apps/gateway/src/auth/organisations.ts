import type { Pool } from "pg";
import { databaseAnswer } from "../database/answer";

/** Milliseconds for which a link that is taken away still counts. */
const AGE = 60_000;
const KNOWN = 10_000;

/** Which of our organisations is linked to one at the identity provider. */
export class LinkedOrganisations {
  #known = new Map<string, { id: string; since: number }>();

  constructor(private readonly pool: Pool) {}

  /** @throws Problem `unavailable` when the database doesn't tell */
  async idOf(identityOrganisation: string): Promise<string | undefined> {
    const known = this.#known.get(identityOrganisation);
    if (known && Date.now() - known.since < AGE) return known.id;
    const { rows } = await databaseAnswer(
      this.pool.query<{ id: string }>({
        name: "find-linked-organisation",
        text: "SELECT id FROM apexmcp.organisations WHERE identity_organisation = $1",
        values: [identityOrganisation],
      }),
    );
    if (this.#known.size >= KNOWN) this.#known.clear();
    if (rows[0]) this.#known.set(identityOrganisation, { id: rows[0].id, since: Date.now() });
    else this.#known.delete(identityOrganisation);
    return rows[0]?.id;
  }
}

/** Links an organisation, which is made if it is new. @returns our id of it */
export async function linkOrganisation(
  pool: Pool,
  { organisation, identityOrganisation }: { organisation: string; identityOrganisation: string },
): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO apexmcp.organisations (name, identity_organisation) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET identity_organisation = excluded.identity_organisation RETURNING id`,
    [organisation, identityOrganisation],
  );
  if (rows[0] === undefined) throw new Error("the organisation was not linked");
  return rows[0].id;
}

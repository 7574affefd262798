import { DatabaseError, type Client } from "pg";

import type { Observation } from "../probe";
import { fail, pass } from "../probe";
import type { Target } from "../target";
import type { Attempt } from "./appRoleAttempts";
import { asApp } from "./connection";

/**
 * Tries each thing as the application's role, with what it really may do, and undoes it.
 *
 * @throws when there is no connection, or it is lost
 */
export async function tryAsApp(target: Target, attempts: readonly Attempt[]): Promise<Observation> {
  const outcomes = await asApp(target, (client) => outcomesOf(client, attempts));
  const wrong = outcomes.filter(({ expect, outcome }) => outcome !== expect);
  return wrong.length > 0
    ? fail(wrong.map(({ name, expect, outcome }) => `${name}: ${outcome}, not ${expect}`).join("; "))
    : pass(outcomes.map(({ name, outcome }) => `${name} ${outcome}`).join(", "));
}

/** The SQLSTATE of each refusal, or `allowed`. */
export async function outcomesOf(
  client: Client,
  attempts: readonly Attempt[],
): Promise<(Attempt & { outcome: string })[]> {
  const outcomes = [];
  for (const attempt of attempts) {
    // One round trip, with the end of the attempt before.
    await client.query("ROLLBACK; BEGIN; SET LOCAL lock_timeout = '2s'");
    const outcome = await client.query(attempt.sql).then(
      () => "allowed",
      (error: unknown) => {
        if (error instanceof DatabaseError && error.code !== undefined) return error.code;
        throw error;
      },
    );
    outcomes.push({ ...attempt, outcome });
  }
  await client.query("ROLLBACK");
  return outcomes;
}

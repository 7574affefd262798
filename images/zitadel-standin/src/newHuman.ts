import { Code, ConnectError } from "@connectrpc/connect";
import { randomInt } from "node:crypto";

import type { Complexity, Human } from "./instanceState.ts";
import { complexityProblem, hashPassword } from "./passwords.ts";

/** As long as the real server's, and growing. */
export function newId(): string {
  return `${Date.now()}${randomInt(10_000, 100_000)}`;
}

export async function newHuman(
  details: Pick<Human, "id" | "loginName" | "givenName" | "familyName" | "email" | "changeRequired">,
  password: string,
  complexity: Complexity,
): Promise<Human> {
  const problem = complexityProblem(password, complexity);
  if (problem) throw new ConnectError(problem, Code.InvalidArgument);
  return {
    type: "human",
    ...details,
    locked: false,
    failedAttempts: 0,
    failedCodes: 0,
    passwordHash: await hashPassword(password),
    passwordChanged: new Date().toISOString(),
  };
}

import { randomBytes } from "node:crypto";

import { fail, pass, probe } from "../probe";
import { appRole, demandOf, queryAsApp, verifiedConnection } from "./connection";

/**
 * Proves postgres-authentication-require-scram: asked as each role, and as one that doesn't exist, the server
 * demands scram-sha-256 or refuses; and it stores new passwords that way.
 */
export const requireScram = probe("postgres-authentication-require-scram", async (target) => {
  const users = [
    appRole,
    "apexmcp_migrator",
    "apexmcp_deployer",
    "postgres",
    `nobody_${randomBytes(4).toString("hex")}`,
  ];
  const demands = await Promise.all(
    users.map(async (user) => ({ user, demand: await demandOf(verifiedConnection(target), user) })),
  );
  const weak = demands.flatMap(({ user, demand }) =>
    "method" in demand && demand.method !== "scram" ? [`${user}: ${demand.method}`] : [],
  );
  if (weak.length > 0) return fail(`weaker than scram-sha-256 for ${weak.join(", ")}`);

  const [setting] = await queryAsApp<{ password_encryption: string }>(target, "SHOW password_encryption");
  if (setting?.password_encryption !== "scram-sha-256") {
    return fail(`new passwords are stored as ${setting?.password_encryption}`);
  }
  return pass(`${users.length} roles asked, each gets scram-sha-256 or is refused`);
});

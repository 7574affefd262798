import { fail, pass, probe } from "../probe";
import { demandOf, verifiedConnection } from "./connection";

const roles = {
  apexmcp_app: "apexmcp",
  apexmcp_auditor: "apexmcp",
  apexmcp_migrator: "apexmcp",
  zitadel: "zitadel",
  apexmcp_deployer: "postgres",
} as const;
const databases = ["apexmcp", "zitadel", "postgres", "template1"] as const;

/** Proves postgres-connection-limit-databases: a role is refused, before its password, at every database but its own. */
export const limitDatabases = probe("postgres-connection-limit-databases", async (target) => {
  const attempts = Object.entries(roles).flatMap(([role, own]) =>
    databases.filter((database) => database !== own).map((database) => ({ role, database })),
  );
  const outcomes = await Promise.all(
    attempts.map(async ({ role, database }) => {
      const demand = await demandOf({ ...verifiedConnection(target), database }, role);
      return { name: `${role} to ${database}`, outcome: "method" in demand ? demand.method : demand.code };
    }),
  );
  const open = outcomes.filter(({ outcome }) => outcome !== "28000");
  return open.length > 0
    ? fail(open.map(({ name, outcome }) => `${name}: ${outcome}, not 28000`).join("; "))
    : pass(outcomes.map(({ name, outcome }) => `${name} ${outcome}`).join(", "));
});

import { fail, pass, probe } from "../probe";
import { demandOf, verifiedConnection } from "./connection";

/** The application's role at every other database, and each other role at one that isn't its own. */
const attempts = [
  ["apexmcp_app", "postgres"],
  ["apexmcp_app", "template1"],
  ["apexmcp_app", "zitadel"],
  ["apexmcp_auditor", "postgres"],
  ["apexmcp_migrator", "zitadel"],
  ["apexmcp_deployer", "apexmcp"],
  ["zitadel", "apexmcp"],
] as const;

/** Proves postgres-connection-limit-databases: roles are refused, before their passwords, elsewhere. */
export const limitDatabases = probe("postgres-connection-limit-databases", async (target) => {
  const outcomes = [];
  for (const [role, database] of attempts) {
    const demand = await demandOf({ ...verifiedConnection(target), database }, role);
    const outcome = "method" in demand ? demand.method : demand.code;
    outcomes.push({ name: `${role} to ${database}`, outcome });
  }
  const open = outcomes.filter(({ outcome }) => outcome !== "28000");
  return open.length > 0
    ? fail(open.map(({ name, outcome }) => `${name}: ${outcome}, not 28000`).join("; "))
    : pass(outcomes.map(({ name, outcome }) => `${name} ${outcome}`).join(", "));
});

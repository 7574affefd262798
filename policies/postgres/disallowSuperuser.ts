import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readFlag, unknown } from "../unknown";

const flags = ["superuser", "createRole", "createDatabase", "replication", "bypassRowLevelSecurity"];

/** Refuses roles that are superusers, make roles or databases, replicate, or pass row-level security. */
export const disallowSuperuser = definePolicy({
  finding: "postgres-role-disallow-superuser",
  type: "postgresql:index/role:Role",
  *check({ props }) {
    for (const flag of flags) {
      const value = readFlag(props, flag);
      if (value === true || value === unknown)
        yield { observed: `${flag} is ${masked(value)}`, required: "absent or false" };
    }
  },
});

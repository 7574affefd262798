import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { read, readFlag, readTexts, unknown } from "../unknown";

/** Refuses roles that are superusers, pass row-level security, or are members of the bootstrap superuser. */
export const disallowSuperuser = definePolicy({
  finding: "postgres-role-disallow-superuser",
  type: "postgresql:index/role:Role",
  *check({ props }) {
    for (const flag of ["superuser", "bypassRowLevelSecurity"]) {
      const value = readFlag(props, flag);
      if (value) yield { observed: `${flag} is ${masked(value)}`, required: "absent or false" };
    }
    const memberships = readTexts(props, "roles");
    if (memberships === unknown) {
      yield { observed: `roles is ${masked(unknown)}`, required: "memberships that the preview can show" };
      return;
    }
    for (const [index, role] of memberships.entries()) {
      if (role === "postgres")
        yield {
          observed: `roles[${index}] is ${masked(read(memberships, index))}`,
          required: "no membership of the superuser",
        };
    }
  },
});

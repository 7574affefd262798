import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText, readTexts, unknown } from "../unknown";

/** Superusers by any cloud's name, and the predefined roles that reach files, programs, or everybody's tables. */
const powerful = new Set([
  "postgres",
  "rds_superuser",
  "cloudsqlsuperuser",
  "azure_pg_admin",
  "pg_execute_server_program",
  "pg_read_server_files",
  "pg_write_server_files",
  "pg_read_all_data",
  "pg_write_all_data",
  "pg_create_subscription",
  "pg_signal_backend",
]);

/** Refuses membership of a superuser, and of the predefined roles that are nearly one. */
export const disallowEscalation = definePolicy({
  finding: "postgres-role-disallow-escalation",
  appliesTo: (type) =>
    type === "postgresql:index/role:Role" || type === "postgresql:index/grantRole:GrantRole",
  *check({ type, props }) {
    const single = type.endsWith(":GrantRole");
    const memberships = single ? [readText(props, "grantRole")] : readTexts(props, "roles");
    if (memberships === unknown) {
      yield { observed: `roles is ${masked(unknown)}`, required: "memberships that the preview can show" };
      return;
    }
    for (const [index, role] of memberships.entries()) {
      const path = single ? "grantRole" : `roles[${index}]`;
      if (role === unknown)
        yield { observed: `${path} is ${masked(unknown)}`, required: "a role that the preview can show" };
      else if (typeof role === "string" && powerful.has(role.trim().toLowerCase()))
        yield { observed: `${path} is ${masked(role)}`, required: "no membership of such a role" };
    }
  },
});

import { definePolicy } from "../definePolicy";
import { readText, readTexts, unknown } from "../unknown";
import { isGrant } from "./grants";

interface Parameters {
  schemaRoles: string[];
}

/** Refuses to grant a role the means to change the schema, unless changing it is what the role is for. */
export const disallowDdl = definePolicy<Parameters>({
  finding: "postgres-role-disallow-ddl",
  appliesTo: isGrant,
  parameters: {
    schemaRoles: {
      type: "array",
      items: { type: "string" },
      default: ["apexmcp_migrator"],
      description: "Roles that migrations run as",
    },
  },
  *check({ props }, { schemaRoles }) {
    const role = readText(props, "role");
    const privileges = readTexts(props, "privileges");
    if (privileges === unknown) return; // postgres-grant-disallow-all refuses unknown privileges
    if (role !== unknown && role !== undefined && schemaRoles.includes(role)) return;
    for (const privilege of privileges) {
      if (privilege !== unknown && /^(CREATE|TEMP|TEMPORARY|TRIGGER|REFERENCES)$/i.test(privilege.trim()))
        yield {
          observed: `grants ${privilege}`,
          required: "SELECT, INSERT, UPDATE, DELETE, USAGE, EXECUTE at most",
        };
    }
  },
});

import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText, readTexts, unknown } from "../unknown";

interface Parameters {
  auditTables: string[];
  auditSchemas: string[];
}

/** Refuses to grant a role the means to write or change the audit log: entries go through a function. */
export const disallowAuditModification = definePolicy<Parameters>({
  finding: "postgres-audit-disallow-modification",
  type: "postgresql:index/grant:Grant",
  parameters: {
    auditTables: {
      type: "array",
      items: { type: "string" },
      default: ["audit_log", "audit_logs"],
      description: "Tables that hold the audit log",
    },
    auditSchemas: {
      type: "array",
      items: { type: "string" },
      default: ["apexmcp"],
      description: "Schemas with such a table: a grant that names no table means all of them",
    },
  },
  *check({ props }, { auditTables, auditSchemas }) {
    const objects = readTexts(props, "objects");
    const privileges = readTexts(props, "privileges");
    if (objects === unknown || privileges === unknown) return; // postgres-grant-disallow-all refuses unknown privileges
    const schema = readText(props, "schema");
    const all = objects.length === 0 && readText(props, "objectType") === "table";
    const audited = all
      ? typeof schema === "string" && auditSchemas.includes(schema)
        ? `every table of ${schema}`
        : undefined
      : objects.find((object) => object !== unknown && auditTables.includes(object.split(".").at(-1)!));
    if (audited === undefined || audited === unknown) return;
    for (const privilege of privileges) {
      if (privilege !== unknown && /^(INSERT|UPDATE|DELETE|TRUNCATE)$/i.test(privilege.trim())) {
        yield { observed: `grants ${privilege} on ${masked(audited)}`, required: "SELECT at most" };
      }
    }
  },
});

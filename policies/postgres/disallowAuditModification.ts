import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readTexts, unknown } from "../unknown";

interface Parameters {
  auditTables: string[];
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
  },
  *check({ props }, { auditTables }) {
    const objects = readTexts(props, "objects");
    const privileges = readTexts(props, "privileges");
    if (objects === unknown || privileges === unknown) return; // postgres-grant-disallow-all refuses unknown privileges
    const audited = objects.find(
      (object) => object !== unknown && auditTables.includes(object.split(".").at(-1)!),
    );
    if (audited === undefined) return;
    for (const privilege of privileges) {
      if (privilege !== unknown && /^(INSERT|UPDATE|DELETE|TRUNCATE)$/i.test(privilege.trim())) {
        yield { observed: `grants ${privilege} on ${masked(audited)}`, required: "SELECT at most" };
      }
    }
  },
});

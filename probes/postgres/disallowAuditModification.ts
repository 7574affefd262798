import { probe } from "../probe";
import { appRoleAttempts } from "./appRoleAttempts";
import { tryAsApp } from "./tryAsApp";

/** Proves postgres-audit-disallow-modification, by trying each way to the audit log. */
export const disallowAuditModification = probe("postgres-audit-disallow-modification", (target) =>
  tryAsApp(target, appRoleAttempts["postgres-audit-disallow-modification"]),
);

import { probe } from "../probe";
import { appRoleAttempts } from "./appRoleAttempts";
import { tryAsApp } from "./tryAsApp";

/** Proves postgres-role-disallow-escalation, by trying to become more, and to leave the database. */
export const disallowEscalation = probe("postgres-role-disallow-escalation", (target) =>
  tryAsApp(target, appRoleAttempts["postgres-role-disallow-escalation"]),
);

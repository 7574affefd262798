import { probe } from "../probe";
import { appRoleAttempts } from "./appRoleAttempts";
import { tryAsApp } from "./tryAsApp";

/** Proves postgres-role-disallow-ddl, and that the application can do its work. */
export const disallowDdl = probe("postgres-role-disallow-ddl", (target) =>
  tryAsApp(target, appRoleAttempts["postgres-role-disallow-ddl"]),
);

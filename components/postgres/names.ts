/** Names that the server's files, the roles, the migrations and the probes share. */
export const database = "apexmcp";
export const zitadelDatabase = "zitadel";

/** Creates the other roles; not a superuser. The superuser has no password and can't connect remotely. */
export const deployerRole = "apexmcp_deployer";
export const migratorRole = "apexmcp_migrator";
export const appRole = "apexmcp_app";
export const auditorRole = "apexmcp_auditor";
export const zitadelRole = "zitadel";

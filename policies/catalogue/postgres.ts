import type { Finding } from "./finding";
import { elsewhere } from "./places";

/** PostgreSQL, its roles and grants. */
export const postgresFindings = {
  "postgres-connection-require-tls": {
    title: "PostgreSQL accepts connections without TLS",
    severity: "high",
    frameworks: { owasp: "A02:2021" },
    remediation: "Allow hostssl lines only in pg_hba.conf, and connect with sslmode=verify-full.",
    places: {
      component: "components/postgres/postgresServer.ts",
      policy: "policies/postgres/requireTls.ts",
      probe: "probes/postgres/requireTls.ts",
      test: "test/probes/postgres/postgres.test.ts",
    },
  },
  "postgres-authentication-require-scram": {
    title: "PostgreSQL accepts trust, password or md5 authentication",
    severity: "high",
    frameworks: { owasp: "A07:2021" },
    remediation: "Use scram-sha-256 on every line of pg_hba.conf.",
    places: {
      component: "components/postgres/postgresServer.ts",
      policy: "policies/postgres/disallowWeakAuthentication.ts",
      probe: "probes/postgres/requireScram.ts",
      test: "test/probes/postgres/postgres.test.ts",
    },
  },
  "postgres-connection-limit-databases": {
    title: "Role can connect to databases that aren't its own",
    severity: "medium",
    frameworks: { article: 5, owasp: "A01:2021" },
    remediation:
      "Name database, role and network on each line of pg_hba.conf; no line says all but the last, which rejects.",
    places: {
      component: "components/postgres/postgresServer.ts",
      policy: { none: "pg_hba.conf is a file's text, written by the component" },
      probe: "probes/postgres/limitDatabases.ts",
      test: "test/probes/postgres/postgres.test.ts",
    },
  },
  "postgres-log-enable-connections": {
    title: "PostgreSQL doesn't log who connects, what fails, and who changes the schema",
    severity: "medium",
    frameworks: { owasp: "A09:2021" },
    remediation:
      "Set log_connections, log_disconnections, log_statement=ddl, log_error_verbosity=verbose and a log_line_prefix with time, process, database, user, application and client.",
    places: {
      component: "components/postgres/postgresServer.ts",
      policy: { none: "postgresql.conf is a file's text, written by the component" },
      probe: "probes/postgres/enableLog.ts",
      test: "test/probes/postgres/appRole.integration.test.ts",
    },
  },
  "postgres-role-disallow-superuser": {
    title: "Application role is a superuser",
    severity: "critical",
    frameworks: { article: 5, owasp: "A01:2021" },
    remediation:
      "Connect as a role with DML on its own tables only: no superuser, createdb, createrole, replication or bypassrls.",
    places: {
      component: "components/postgres/roles.ts",
      policy: "policies/postgres/disallowSuperuser.ts",
      probe: "probes/postgres/disallowSuperuser.ts",
      test: "test/policies/postgres/disallowSuperuser.test.ts",
    },
  },
  "postgres-audit-disallow-modification": {
    title: "Application can change or forge its own audit trail",
    severity: "critical",
    frameworks: { article: 5, owasp: "A09:2021" },
    remediation:
      "Revoke everything on audit_logs from the application's role, and let it write through insert_audit_log_entry() only.",
    places: {
      component: "components/postgres/migrations.ts",
      policy: "policies/postgres/disallowAuditModification.ts",
      probe: "probes/postgres/disallowAuditModification.ts",
      test: "test/probes/postgres/appRole.integration.test.ts",
    },
  },
  "postgres-role-disallow-ddl": {
    title: "Application role can change the schema",
    severity: "high",
    frameworks: { article: 5, owasp: "A01:2021" },
    remediation:
      "Let a migrator role own the database and everything in it; grant the application DML on its tables, and neither CREATE nor TEMP.",
    places: {
      component: "components/postgres/migrations.ts",
      policy: "policies/postgres/disallowDdl.ts",
      probe: "probes/postgres/disallowDdl.ts",
      test: "test/probes/postgres/appRole.integration.test.ts",
    },
  },
  "postgres-role-disallow-escalation": {
    title: "Application role can become another role, or reach files and programs of the server",
    severity: "critical",
    frameworks: { article: 5, owasp: "A01:2021" },
    remediation: "Make the application's role a member of no other role, predefined ones included.",
    places: {
      component: "components/postgres/roles.ts",
      policy: "policies/postgres/disallowEscalation.ts",
      probe: "probes/postgres/disallowEscalation.ts",
      test: "test/probes/postgres/appRole.integration.test.ts",
    },
  },
  "postgres-function-require-pinned-search-path": {
    title: "SECURITY DEFINER function resolves names by its caller's search_path",
    severity: "high",
    frameworks: { article: 5, owasp: "A03:2021" },
    remediation:
      "SET search_path = pg_catalog, pg_temp on the function, name every object with its schema, and revoke EXECUTE from PUBLIC (CVE-2018-1058).",
    places: {
      component: "components/postgres/migrations.ts",
      policy: "policies/postgres/requirePinnedSearchPath.ts",
      probe: "probes/postgres/requirePinnedSearchPath.ts",
      test: "test/probes/postgres/appRole.integration.test.ts",
    },
  },
  "postgres-grant-disallow-all": {
    title: "Grant of ALL privileges",
    severity: "high",
    frameworks: { article: 5, owasp: "A01:2021" },
    remediation: "Name each privilege.",
    places: elsewhere("postgres/disallowAllPrivileges", "postgres/grants"),
  },
  "postgres-grant-disallow-public": {
    title: "Grant to PUBLIC",
    severity: "high",
    frameworks: { article: 5, owasp: "A01:2021" },
    remediation: "Grant to the one role that needs it.",
    places: elsewhere("postgres/disallowPublicGrant", "postgres/grants"),
  },
  "postgres-grant-disallow-grant-option": {
    title: "Grant that its holder may pass on",
    severity: "medium",
    frameworks: { article: 5, owasp: "A01:2021" },
    remediation: "Remove withGrantOption and withAdminOption.",
    places: elsewhere("postgres/disallowGrantOption", "postgres/grants"),
  },
  "postgres-provider-require-tls": {
    title: "PostgreSQL administered without verified TLS",
    severity: "high",
    frameworks: { owasp: "A02:2021" },
    remediation: "Set sslmode to verify-full, and sslrootcert.",
    places: {
      component: { none: "Roles sets verify-full itself, and has no argument for it" },
      policy: "policies/postgres/requireProviderTls.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/postgres/connections.test.ts",
    },
  },
  "postgres-connection-disallow-superuser": {
    title: "Service that connects to PostgreSQL as its superuser",
    severity: "critical",
    frameworks: { article: 5, owasp: "A01:2021" },
    remediation: "Connect as a role that owns nothing and has DML rights only.",
    places: {
      component: { none: "the gateway connects as apexmcp_app, and has no argument for another" },
      policy: "policies/postgres/disallowSuperuserConnection.ts",
      probe: { none: "postgres-role-disallow-superuser asks the server what the application's role may do" },
      test: "test/policies/postgres/connections.test.ts",
    },
  },
  "postgres-extension-disallow-untrusted": {
    title: "Extension by which SQL leaves the database",
    severity: "high",
    frameworks: { article: 5, owasp: "A05:2021" },
    remediation: "Leave it out, or allow it in the pack's configuration.",
    places: elsewhere("postgres/disallowUntrustedExtension", "postgres/objects"),
  },
} as const satisfies Record<string, Finding>;

import type { Finding } from "./finding";

/** PostgreSQL, its roles and grants. */
export const postgresFindings = {
  "postgres-connection-require-tls": {
    title: "PostgreSQL accepts connections without TLS",
    severity: "high",
    frameworks: { owasp: "A02:2021" },
    remediation: "Allow hostssl lines only in pg_hba.conf, and connect with sslmode=verify-full.",
    places: {
      component: "components/postgres/postgresServer.ts",
      policy: { none: "pg_hba.conf is a file's text, written by the component" },
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
      policy: { none: "pg_hba.conf is a file's text, written by the component" },
      probe: "probes/postgres/requireScram.ts",
      test: "test/probes/postgres/postgres.test.ts",
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
} as const satisfies Record<string, Finding>;

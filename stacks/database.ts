import type { Segments } from "../components/network/segments";
import { Migrations } from "../components/postgres/migrations";
import { PostgresServer } from "../components/postgres/postgresServer";
import { Roles } from "../components/postgres/roles";
import { imageReference } from "../images/imageLock";
import type { StackConfig } from "./config";

/** PostgreSQL's server, its roles and databases, and the migrations of the gateway's. */
export function deployDatabase(config: StackConfig, segments: Segments) {
  const { name: stackName, caCertificate, caCertificateFile } = config;
  const server = new PostgresServer("postgres", {
    stackName,
    image: imageReference(config.images.postgres),
    networks: [{ network: segments.data, alias: "postgres" }, { network: segments.admin }],
    adminPort: config.postgresPort,
    certificate: config.postgresCertificate,
    privateKey: config.postgresPrivateKey,
    deployerPassword: config.postgresPassword,
  });
  const roles = new Roles("postgres", {
    server,
    host: server.adminHost,
    port: server.adminPort,
    deployerPassword: config.postgresPassword,
    caCertificate,
    caCertificateFile,
    migratorPassword: config.postgresMigratorPassword,
    appPassword: config.postgresAppPassword,
    auditorPassword: config.postgresAuditorPassword,
    zitadelPassword: config.postgresZitadelPassword,
  });
  const migrations = new Migrations("postgres", {
    host: server.adminHost,
    port: server.adminPort,
    database: roles.ready.database,
    user: roles.ready.migrator,
    password: config.postgresMigratorPassword,
    caCertificate,
    directory: "apps/gateway/migrations",
  });
  return { server, roles, migrations };
}

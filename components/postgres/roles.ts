import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";

export interface RolesArgs {
  /** What has to be there, and healthy, before a connection is tried. */
  readonly server: pulumi.Resource;
  readonly host: string;
  readonly port: number;
  /** The role that creates the others, and its password. */
  readonly deployer: string;
  readonly deployerPassword: pulumi.Input<string>;
  /** Path of the PEM file of the CA that signed the server's certificate. */
  readonly caCertificateFile: string;
  readonly migratorPassword: pulumi.Input<string>;
  readonly appPassword: pulumi.Input<string>;
  readonly auditorPassword: pulumi.Input<string>;
  readonly zitadelPassword: pulumi.Input<string>;
}

/** Names that migrations, gateway and probes share. */
export const database = "apexmcp";
export const migratorRole = "apexmcp_migrator";
export const appRole = "apexmcp_app";
export const auditorRole = "apexmcp_auditor";
export const zitadelRole = "zitadel";
export const zitadelDatabase = "zitadel";

/**
 * The databases and their roles (article, finding 5; postgres-role-disallow-superuser,
 * postgres-role-disallow-escalation): `apexmcp_migrator` owns the database and everything in it, `apexmcp_app` may do
 * what the migrations grant it and nothing more, `apexmcp_auditor` may read the audit log, and `zitadel` owns a
 * database of its own and can reach no other.
 *
 * The databases and the roles stay in the data volume when the stack is destroyed.
 */
export class Roles extends pulumi.ComponentResource {
  /** Known once every role and the database exist, so that migrations can grant to them. */
  readonly ready: pulumi.Output<{ database: string; migrator: string; app: string }>;
  /** Known once Zitadel's database and its owner exist. */
  readonly zitadel: pulumi.Output<{ database: string; user: string }>;

  constructor(name: string, args: RolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("apexmcp:postgres:Roles", name, {}, opts);

    const provider = new postgresql.Provider(
      `${name}-deployer`,
      {
        host: args.host,
        port: args.port,
        username: args.deployer,
        password: args.deployerPassword,
        database: "postgres",
        superuser: false,
        sslmode: "verify-full",
        sslrootcert: args.caCertificateFile,
        connectTimeout: 15,
        // Unset, the provider connects to ask as soon as it is configured: also in a preview, and while the server restarts.
        expectedVersion: "15.0.0",
      },
      { parent: this },
    );
    const retained = { parent: this, provider, retainOnDelete: true, dependsOn: args.server };
    const leastPrivilege: postgresql.RoleArgs = {
      login: true,
      superuser: false,
      createDatabase: false,
      createRole: false,
      replication: false,
      bypassRowLevelSecurity: false,
    };

    const migrator = new postgresql.Role(
      `${name}-migrator`,
      { ...leastPrivilege, name: migratorRole, password: args.migratorPassword, connectionLimit: 5 },
      retained,
    );
    const locale = { encoding: "UTF8", lcCollate: "C.UTF-8", lcCtype: "C.UTF-8" };
    const owned = new postgresql.Database(
      `${name}-database`,
      { ...locale, name: database, owner: migrator.name },
      retained,
    );
    const app = new postgresql.Role(
      `${name}-app`,
      {
        ...leastPrivilege,
        name: appRole,
        password: args.appPassword,
        connectionLimit: 50,
        statementTimeout: 30_000,
        searchPaths: ["apexmcp"],
      },
      retained,
    );

    const auditor = new postgresql.Role(
      `${name}-auditor`,
      {
        ...leastPrivilege,
        name: auditorRole,
        password: args.auditorPassword,
        connectionLimit: 5,
        searchPaths: ["apexmcp"],
      },
      retained,
    );

    const zitadel = new postgresql.Role(
      `${name}-zitadel`,
      { ...leastPrivilege, name: zitadelRole, password: args.zitadelPassword, connectionLimit: 30 },
      retained,
    );
    const zitadelOwned = new postgresql.Database(
      `${name}-zitadel-database`,
      { ...locale, name: zitadelDatabase, owner: zitadel.name },
      retained,
    );

    this.zitadel = pulumi
      .all([zitadelOwned.name, zitadel.name])
      .apply(([database, user]) => ({ database, user }));
    this.ready = pulumi
      .all([owned.name, migrator.name, app.name, auditor.name])
      .apply(([database, migrator, app]) => ({ database, migrator, app }));
    this.registerOutputs();
  }
}

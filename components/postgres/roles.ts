import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";

import {
  appRole,
  auditorRole,
  database,
  deployerRole,
  migratorRole,
  zitadelDatabase,
  zitadelRole,
} from "./names";
import { RoleBounds } from "./roleBounds";

export interface RolesArgs {
  /** What has to be there, and healthy, before a connection is tried. */
  readonly server: pulumi.Resource;
  readonly host: string;
  readonly port: number;
  readonly deployerPassword: pulumi.Input<string>;
  /** The CA that signed the server's certificate: PEM, and the path of a file with it. */
  readonly caCertificate: string;
  readonly caCertificateFile: string;
  readonly migratorPassword: pulumi.Input<string>;
  readonly appPassword: pulumi.Input<string>;
  readonly auditorPassword: pulumi.Input<string>;
  readonly zitadelPassword: pulumi.Input<string>;
}

const seconds = 1_000;
const minutes = 60 * seconds;

/** What differs between the roles. Time-outs are in milliseconds. */
interface RoleShape {
  readonly password: pulumi.Input<string>;
  readonly connectionLimit: number;
  readonly statementTimeout: number;
  readonly searchPath?: string;
}

/**
 * The databases and their roles (article, finding 5; postgres-role-disallow-superuser,
 * postgres-role-disallow-escalation): `apexmcp_migrator` owns the database and everything in it, `apexmcp_app` may do
 * what the migrations grant it and nothing more, `apexmcp_auditor` may read the audit log, and `zitadel` owns a
 * database of its own and can reach no other. Each has a limit of connections, and time-outs of statements and of
 * transactions in which nothing happens.
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
        username: deployerRole,
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
    const role = (kind: string, role: string, shape: RoleShape) =>
      this.boundedRole(`${name}-${kind}`, role, shape, args, retained);
    const locale = { encoding: "UTF8", lcCollate: "C.UTF-8", lcCtype: "C.UTF-8" };

    const migrator = role("migrator", migratorRole, {
      password: args.migratorPassword,
      connectionLimit: 5,
      statementTimeout: 60 * minutes,
    });
    const owned = new postgresql.Database(
      `${name}-database`,
      { ...locale, name: database, owner: migrator },
      retained,
    );
    const app = role("app", appRole, {
      password: args.appPassword,
      connectionLimit: 50,
      statementTimeout: 30 * seconds,
      searchPath: "apexmcp",
    });
    const auditor = role("auditor", auditorRole, {
      password: args.auditorPassword,
      connectionLimit: 5,
      statementTimeout: 60 * minutes, // walking the whole chain is one statement
      searchPath: "apexmcp",
    });
    const zitadel = role("zitadel", zitadelRole, {
      password: args.zitadelPassword,
      connectionLimit: 30,
      statementTimeout: 15 * minutes,
    });
    const zitadelOwned = new postgresql.Database(
      `${name}-zitadel-database`,
      { ...locale, name: zitadelDatabase, owner: zitadel },
      retained,
    );

    this.zitadel = pulumi.all([zitadelOwned.name, zitadel]).apply(([database, user]) => ({ database, user }));
    this.ready = pulumi
      .all([owned.name, migrator, app, auditor])
      .apply(([database, migrator, app]) => ({ database, migrator, app }));
    this.registerOutputs();
  }

  /** @returns the role's name, known once it exists and is in its bounds */
  private boundedRole(
    name: string,
    role: string,
    { password, connectionLimit, statementTimeout, searchPath }: RoleShape,
    { host, port, deployerPassword, caCertificate }: RolesArgs,
    options: pulumi.CustomResourceOptions,
  ): pulumi.Output<string> {
    const made = new postgresql.Role(
      name,
      {
        name: role,
        password,
        connectionLimit,
        login: true,
        superuser: false,
        createDatabase: false,
        createRole: false,
        replication: false,
        bypassRowLevelSecurity: false,
        statementTimeout,
        ...(searchPath !== undefined && { searchPaths: [searchPath] }),
      },
      options,
    );
    return new RoleBounds(
      name,
      {
        ...{
          host,
          port,
          database: "postgres",
          user: deployerRole,
          password: deployerPassword,
          caCertificate,
        },
        role: made.name,
        settings: {
          statement_timeout: String(statementTimeout),
          idle_in_transaction_session_timeout: String(60 * seconds),
          ...(searchPath !== undefined && { search_path: searchPath }),
        },
      },
      { parent: this },
    ).name;
  }
}

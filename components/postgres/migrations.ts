import { resolve } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { describeMigration, readMigrations } from "../../provider/postgres/migrationFiles";

export interface MigrationsArgs {
  /** Where the deploying machine reaches PostgreSQL; the server's certificate must be for this name. */
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  /** Must be owned by `user`. */
  readonly database: pulumi.Input<string>;
  /** The migrator. The roles that the migrations grant rights to must exist: depend on them. */
  readonly user: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
  /** PEM of the CA that issued the server's certificate; no other is trusted. */
  readonly caCertificate: pulumi.Input<string>;
  /** Path of the folder of 0001_name.sql, 0002_name.sql, …, from the program's root. */
  readonly directory: string;
}

/**
 * Every SQL migration of a directory has run in the database, once, in order, over TLS that verifies the server
 * (article, finding 5). What the gateway's do is postgres-audit-disallow-modification, postgres-role-disallow-ddl
 * and postgres-function-require-pinned-search-path.
 *
 * Each is one transaction, with the record that it ran and its checksum. A preview lists what would run, and refuses
 * a file that was changed or removed after it ran; of a database that doesn't answer it says so. An update waits up
 * to 60 s for the database, and up to 60 s for another run, and names file, line and SQLSTATE of a migration that
 * fails. Deleting the resource changes nothing in the database.
 *
 * @throws when the directory has no migrations, or one with a wrong name or with transaction control
 */
export class Migrations extends pulumi.CustomResource {
  /** Known once every migration has run. */
  declare readonly database: pulumi.Output<string>;
  /** Names of what has run. */
  declare readonly applied: pulumi.Output<string[]>;

  constructor(name: string, args: MigrationsArgs, opts?: pulumi.CustomResourceOptions) {
    const directory = resolve(args.directory);
    super(
      "hardening:postgres:Migrations",
      name,
      {
        ...args,
        directory,
        password: pulumi.secret(args.password),
        migrations: readMigrations(directory).map(describeMigration),
        applied: undefined,
      },
      pulumi.mergeOptions({ additionalSecretOutputs: ["password"] }, opts),
    );
  }
}

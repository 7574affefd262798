import * as pulumi from "@pulumi/pulumi";

export interface RoleBoundsArgs {
  /** Where the deploying machine reaches PostgreSQL; the server's certificate must be for this name. */
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  readonly database: pulumi.Input<string>;
  /** May execute `apexmcp_admin.strip_role`: the deployer. */
  readonly user: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
  /** PEM of the CA that issued the server's certificate; no other is trusted. */
  readonly caCertificate: pulumi.Input<string>;
  /** Must exist: take it from the role's own output. */
  readonly role: pulumi.Input<string>;
  /** Every setting of the role, as PostgreSQL stores it (`{ statement_timeout: "30000" }`); others are reset. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * A role has no attribute but LOGIN, is a member of no other role, and has these settings and no more
 * (postgres-role-disallow-superuser, postgres-role-disallow-escalation). Each preview and update looks at the live
 * server, so that what was granted by hand is shown, and taken back by the next update.
 */
export class RoleBounds extends pulumi.CustomResource {
  /** The role's; known once it is in its bounds. */
  declare readonly name: pulumi.Output<string>;

  constructor(name: string, { settings, ...args }: RoleBoundsArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "hardening:postgres:RoleBounds",
      name,
      {
        ...args,
        password: pulumi.secret(args.password),
        settings: Object.entries(settings).map(([key, value]) => `${key}=${value}`),
        name: undefined,
      },
      pulumi.mergeOptions({ additionalSecretOutputs: ["password"] }, opts),
    );
  }
}

import * as pulumi from "@pulumi/pulumi";

/** With what a deployment configures Vault: where it is, and the deployer's AppRole credential. */
export interface VaultDeployer {
  /** https. */
  readonly address: pulumi.Input<string>;
  /** PEM; the only CA trusted. */
  readonly caCertificate: pulumi.Input<string>;
  readonly roleId: pulumi.Input<string>;
  readonly secretId: pulumi.Input<string>;
}

export interface WrappedSecretIdArgs {
  readonly deployer: VaultDeployer;
  /** Name of the AppRole at auth/approle. */
  readonly role: pulumi.Input<string>;
  /** Anything that changes when a new secret id is wanted; the one before is then destroyed. */
  readonly generation: pulumi.Input<string>;
}

/**
 * A secret id of an AppRole, handed over in a wrapping token that works once and for ten minutes: no deploying
 * machine, log or state ever holds the secret id, and one that was read on the way shows, since its receiver then
 * finds it used. Each deployment looks whether it arrived, and makes another one when it didn't.
 */
export class WrappedSecretId extends pulumi.CustomResource {
  declare readonly wrappingToken: pulumi.Output<string>;

  constructor(name: string, { deployer, ...args }: WrappedSecretIdArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "hardening:vault:WrappedSecretId",
      name,
      {
        address: deployer.address,
        caCertificate: deployer.caCertificate,
        deployerRoleId: deployer.roleId,
        deployerSecretId: pulumi.secret(deployer.secretId),
        role: args.role,
        generation: args.generation,
        wrappingToken: undefined,
        delivery: undefined,
      },
      pulumi.mergeOptions({ additionalSecretOutputs: ["deployerSecretId", "wrappingToken"] }, opts),
    );
  }
}

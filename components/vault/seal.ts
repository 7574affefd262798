import * as pulumi from "@pulumi/pulumi";

export interface SealArgs {
  /** Where the deploying machine reaches Vault, such as `https://127.0.0.1:8200`. https only. */
  readonly address: pulumi.Input<string>;
  /** PEM of the CA that issued the certificate of Vault's listener; no other is trusted. */
  readonly caCertificate: pulumi.Input<string>;
  /** The 1-of-1 unseal key, hex or base64. Kept encrypted in the state. Not with `initialiseTo`. */
  readonly unsealKey?: pulumi.Input<string>;
  /**
   * Development only: a file (0600). An empty Vault is initialised, and its unseal key and root token are kept
   * there as `{"unsealKey": "…", "rootToken": "…"}`; later runs read the key from it. Not with `unsealKey`.
   */
  readonly initialiseTo?: pulumi.Input<string>;
  /** A file to which each initialisation and unsealing is appended, hash-chained: Vault audits neither. */
  readonly ceremonyLog?: pulumi.Input<string>;
  /** Anything that changes when Vault's container does, such as its id: a new container starts sealed. */
  readonly trigger?: pulumi.Input<string>;
}

/**
 * Vault answers, is unsealed and takes writes, after every `pulumi up` (vault-seal-require-unsealed; article,
 * finding 1). The seal is looked at on each run, so a restarted Vault is unsealed with no change in the program;
 * a preview only looks, and contacts nothing as long as an input is unknown.
 *
 * Waits up to 60 s for Vault to answer and 30 s for it to become active. Fails, saying what to do, when Vault is
 * not initialised (`make vault-init`), is sealed and has no key or another key, has a certificate of another CA,
 * can't write its storage, or was initialised again since: a new Vault in place of the recorded one is taken only
 * with `pulumi up --replace`. Deleting the resource leaves Vault as it is.
 */
export class Seal extends pulumi.CustomResource {
  /** False after every update; true when a refresh found Vault sealed. */
  declare readonly sealed: pulumi.Output<boolean>;
  /** Vault's own id, made when it was initialised. */
  declare readonly clusterId: pulumi.Output<string>;
  declare readonly version: pulumi.Output<string>;
  /** Names the unseal key without telling anything about it: `sha256:…`. Absent when there is no key. */
  declare readonly keyFingerprint: pulumi.Output<string | undefined>;
  /** With `initialiseTo`: the AppRole credential with which deployments configure Vault. */
  declare readonly deployerRoleId: pulumi.Output<string | undefined>;
  declare readonly deployerSecretId: pulumi.Output<string | undefined>;

  constructor(name: string, args: SealArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "hardening:vault:Seal",
      name,
      {
        address: args.address,
        caCertificate: args.caCertificate,
        unsealKey: args.unsealKey === undefined ? undefined : pulumi.secret(args.unsealKey),
        initialiseTo: args.initialiseTo,
        ceremonyLog: args.ceremonyLog,
        trigger: args.trigger,
        sealed: undefined,
        clusterId: undefined,
        version: undefined,
        keyFingerprint: undefined,
        deployerRoleId: undefined,
        deployerSecretId: undefined,
      },
      pulumi.mergeOptions({ additionalSecretOutputs: ["unsealKey"] }, opts),
    );
  }
}

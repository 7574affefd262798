import * as pulumi from "@pulumi/pulumi";

export interface EdgeCertificateArgs {
  /** Docker's name of the volume that nginx reads it from. */
  readonly volume: pulumi.Input<string>;
  readonly image: pulumi.Input<string>;
  /** nginx's container; it needn't be there yet. */
  readonly container: string;
  /** Where nginx is published, and a host that it serves. */
  readonly address: string;
  readonly port: number;
  readonly serverName: string;
  /** PEM; the leaf first, then the chain. */
  readonly certificate: pulumi.Input<string>;
  readonly privateKey: pulumi.Input<string>;
  /** PEM of the stack's own CA. */
  readonly caCertificate: string;
}

/**
 * The pair that nginx serves. A changed one is put into the volume and reloaded, without a new container and without a
 * dropped connection; one that nginx refuses leaves the old one in place, and an error. OCSP responses are stapled where
 * the certificate names a responder. The configuration has checked the pair already: names, times, chain and key.
 */
export class EdgeCertificate extends pulumi.CustomResource {
  /** SHA-256 of the certificate. */
  declare readonly fingerprint: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly expires: pulumi.Output<string>;

  constructor(name: string, args: EdgeCertificateArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "hardening:edge:Certificate",
      name,
      {
        ...args,
        privateKey: pulumi.secret(args.privateKey),
        fingerprint: undefined,
        expires: undefined,
      },
      pulumi.mergeOptions({ additionalSecretOutputs: ["privateKey"] }, opts),
    );
  }
}

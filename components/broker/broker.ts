import * as pulumi from "@pulumi/pulumi";

import { dataVolume } from "../container/dataVolume";
import { HardenedContainer, type NetworkAttachment } from "../container/hardenedContainer";
import { nodeReadyCheck } from "../container/nodeReadyCheck";

/** The resource's name is the service's, too: two brokers side by side are `broker` and `broker-b`. */
export interface BrokerArgs {
  readonly stackName: string;
  /** The gateway's image; the broker is its other entry point. */
  readonly image: pulumi.Input<string>;
  readonly networks: NetworkAttachment[];
  /** PEM, valid for `broker` and `localhost`. */
  readonly certificate: pulumi.Input<string>;
  readonly privateKey: pulumi.Input<string>;
  readonly caCertificate: string;
  /** Verifies the gateway's 60-second tokens (article, finding 7). */
  readonly vaultJwtSecret: pulumi.Input<string>;
  /** Vault on the vault segment, https. */
  readonly vaultAddress: string;
  /** Its AppRole, and the token that gives its secret id out once. */
  readonly role: {
    readonly roleId: pulumi.Input<string>;
    readonly wrappedSecretId: pulumi.Input<string>;
  };
}

const caFile = "/etc/apexmcp/ca.crt";
/** The port on which the broker listens, with TLS. */
export const brokerPort = 8090;

/**
 * The credential broker: the only container that can reach Vault, and only for connectors' credentials. It answers
 * requests that carry a fresh single-use token (broker-token-require-freshness), never a static one
 * (vault-token-disallow-static). It is healthy while Vault is unsealed. Its secret id comes in a token that works
 * once; it keeps it in a volume of its own, so that it can be started again.
 */
export class Broker extends pulumi.ComponentResource {
  readonly containerName: string;

  constructor(name: string, args: BrokerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("apexmcp:broker:Broker", name, {}, opts);
    const readyz = `{ port: ${brokerPort}, path: "/readyz", ca: require("node:fs").readFileSync("${caFile}") }`;

    const server = new HardenedContainer(
      name,
      {
        stackName: args.stackName,
        service: name,
        image: args.image,
        user: { uid: 1000, gid: 1000 },
        command: ["node", "dist/broker.js"],
        environment: {
          NODE_ENV: "production",
          VAULT_ADDR: args.vaultAddress,
          VAULT_CACERT: caFile,
        },
        files: {
          secrets: {
            VAULT_JWT_SECRET: args.vaultJwtSecret,
            VAULT_ROLE_ID: args.role.roleId,
            VAULT_WRAPPED_SECRET_ID: args.role.wrappedSecretId,
            "tls.crt": args.certificate,
            "tls.key": args.privateKey,
          },
          config: { "ca.crt": args.caCertificate },
        },
        volumes: {
          "/var/lib/broker": dataVolume(this, name, { ...args, service: "broker", content: "login" }),
        },
        temporary: { "/tmp": 16 },
        networks: args.networks,
        limits: { memoryMiB: 256, cpus: 1, processes: 256 },
        healthCheck: { command: nodeReadyCheck("https", readyz) },
        stopSeconds: 15,
      },
      { parent: this },
    );
    this.containerName = server.containerName;
    this.registerOutputs();
  }
}

import * as pulumi from "@pulumi/pulumi";

import { HardenedContainer, type NetworkAttachment } from "../container/hardenedContainer";
import { nodeReadyCheck } from "../container/nodeReadyCheck";

/** The resource's name is the service's, too: two gateways side by side are `gateway` and `gateway-b`. */
export interface GatewayArgs {
  readonly stackName: string;
  /** Our own image, tagged with the git SHA it was built from. */
  readonly image: pulumi.Input<string>;
  readonly networks: NetworkAttachment[];
  readonly postgres: {
    readonly host: string;
    readonly database: pulumi.Input<string>;
    readonly user: pulumi.Input<string>;
    readonly password: pulumi.Input<string>;
  };
  /** Signs agents' tokens (article, finding 3). */
  readonly oauthJwtSecret: pulumi.Input<string>;
  /** Tokens signed with it are taken too, while it is being replaced. Default: none. */
  readonly oauthJwtSecretPrevious?: pulumi.Input<string>;
  /** Signs the 60-second tokens for the credential broker (article, finding 7). */
  readonly vaultJwtSecret: pulumi.Input<string>;
  readonly caCertificate: string;
  /** Origin at which clients reach the gateway, through the edge. */
  readonly publicUrl: string;
  /** CIDR of the segment on which the edge is: it alone may say what a client's address is. */
  readonly edgeSubnet: pulumi.Input<string>;
  /** Largest request body; the edge takes no more either. */
  readonly bodyBytes: number;
  /** Exact origins of web pages that may call it. Default: none. */
  readonly corsOrigins?: readonly string[];
  /** What connectors may be beside https at public addresses (article, finding 6). Default: nothing. */
  readonly connectors?: {
    readonly allowCidrs?: readonly string[];
    /** Development only. */
    readonly http?: boolean;
  };
  /** Of the credential broker, on the broker segment. */
  readonly brokerUrl: string;
  /** The identity provider, whose access tokens are taken too: its issuer, its project's id, and its keys. */
  readonly identityProvider: {
    readonly issuer: string;
    readonly audience: pulumi.Input<string>;
    readonly jwksUrl: string;
  };
}

/** The port on which the gateway listens, on every network it is attached to. */
export const gatewayPort = 8080;
/** Where Prometheus finds /metrics, on the same networks; the edge leads nowhere near it. */
export const metricsPort = 9464;

/**
 * The MCP gateway. Its secrets come as files, and it refuses to start without one of them
 * (gateway-secret-require-injection); it limits each client's requests, and no argument lifts that
 * (gateway-request-limit-rate). Connectors lead to public addresses only
 * (gateway-connector-disallow-private-address). It is up when it is ready: when its database answers it.
 */
export class Gateway extends pulumi.ComponentResource {
  readonly containerName: string;

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("apexmcp:gateway:Gateway", name, {}, opts);
    const { postgres } = args;

    const server = new HardenedContainer(
      name,
      {
        stackName: args.stackName,
        service: name,
        image: args.image,
        user: { uid: 1000, gid: 1000 },
        command: ["node", "dist/server.js"],
        environment: {
          NODE_ENV: "production",
          PUBLIC_URL: args.publicUrl,
          TRUSTED_PROXY_CIDRS: args.edgeSubnet,
          MAX_BODY_BYTES: String(args.bodyBytes),
          CORS_ORIGINS: (args.corsOrigins ?? []).join(","),
          EGRESS_ALLOW_CIDRS: (args.connectors?.allowCidrs ?? []).join(","),
          ALLOW_HTTP_CONNECTORS: String(args.connectors?.http ?? false),
          BROKER_URL: args.brokerUrl,
          OIDC_ISSUER: args.identityProvider.issuer,
          OIDC_AUDIENCE: args.identityProvider.audience,
          OIDC_JWKS_URL: args.identityProvider.jwksUrl,
          PGHOST: postgres.host,
          METRICS_PORT: String(metricsPort),
          PGPORT: "5432",
          PGDATABASE: postgres.database,
          PGUSER: postgres.user,
          PGSSLROOTCERT: "/etc/apexmcp/ca.crt",
        },
        files: {
          secrets: {
            OAUTH_JWT_SECRET: args.oauthJwtSecret,
            ...(args.oauthJwtSecretPrevious && { OAUTH_JWT_SECRET_PREVIOUS: args.oauthJwtSecretPrevious }),
            VAULT_JWT_SECRET: args.vaultJwtSecret,
            POSTGRES_APP_PASSWORD: postgres.password,
          },
          config: { "ca.crt": args.caCertificate },
        },
        temporary: { "/tmp": 16 },
        networks: args.networks,
        limits: { memoryMiB: 512, cpus: 2, processes: 512 },
        healthCheck: { command: nodeReadyCheck("http", `"http://127.0.0.1:${gatewayPort}/readyz"`) },
        stopSeconds: 30,
      },
      { parent: this },
    );
    this.containerName = server.containerName;
    this.registerOutputs();
  }
}

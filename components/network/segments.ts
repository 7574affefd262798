import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { stackLabels } from "../container/stackLabels";

export interface SegmentsArgs {
  /** The stack's name; each network is `<stackName>-<segment>`. */
  readonly stackName: string;
}

/**
 * The stack's networks (network-segment-require-isolation, vault-network-require-isolation). Containers reach each other only where they
 * share a segment: the gateway can't reach Vault, and the edge can't reach PostgreSQL.
 *
 * Docker publishes no port of a container that is on internal networks alone. So whatever is published gets
 * one more segment, which has no way out: `front` for the edge, `admin` for the loopback ports of Vault and
 * PostgreSQL, on which containers can't reach each other either.
 */
export class Segments extends pulumi.ComponentResource {
  /** Edge and gateway. */
  readonly edge: docker.Network;
  /** Gateway and PostgreSQL. */
  readonly data: docker.Network;
  /** Gateway and credential broker. */
  readonly broker: docker.Network;
  /** Credential broker and Vault. */
  readonly vault: docker.Network;
  /** The gateway's way to connectors outside; the only segment that leads out. */
  readonly egress: docker.Network;
  /** Publishes the edge. */
  readonly front: docker.Network;
  /** Publishes the admin ports on loopback, for the deploying machine. */
  readonly admin: docker.Network;

  constructor(name: string, args: SegmentsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("apexmcp:network:Segments", name, {}, opts);
    const segment = (segmentName: string, properties: docker.NetworkArgs): docker.Network =>
      new docker.Network(
        `${name}-${segmentName}`,
        {
          name: `${args.stackName}-${segmentName}`,
          driver: "bridge",
          labels: stackLabels(args.stackName),
          ...properties,
        },
        { parent: this, deleteBeforeReplace: true },
      );

    this.edge = segment("edge", { internal: true });
    this.data = segment("data", { internal: true });
    this.broker = segment("broker", { internal: true });
    this.vault = segment("vault", { internal: true });
    this.egress = segment("egress", { options: { [interContainer]: "false" } });
    this.front = segment("front", { options: { [masquerade]: "false" } });
    this.admin = segment("admin", { options: { [masquerade]: "false", [interContainer]: "false" } });
    this.registerOutputs();
  }
}

/** The address range that Docker gave a network, as a CIDR. */
export function subnetOf(network: docker.Network): pulumi.Output<string> {
  return network.ipamConfigs.apply(([config]) => {
    if (!config?.subnet) throw new pulumi.RunError("a network has no subnet; give Docker an address pool");
    return config.subnet;
  });
}

const masquerade = "com.docker.network.bridge.enable_ip_masquerade";
/** Whether containers of this one network may reach each other. */
const interContainer = "com.docker.network.bridge.enable_icc";

import * as pulumi from "@pulumi/pulumi";

import { HardenedContainer, type NetworkAttachment } from "../container/hardenedContainer";
import { edgeHealthPort, edgeHttpPort, edgeHttpsPort, nginxConfiguration } from "./nginxConfiguration";
import type { Site } from "./site";

export interface EdgeArgs {
  readonly stackName: string;
  readonly image: pulumi.Input<string>;
  readonly networks: NetworkAttachment[];
  /** Address of the interface to publish on, and the two ports there. */
  readonly address: string;
  readonly httpsPort: number;
  readonly httpPort: number;
  /** PEM; the leaf first, then the chain. */
  readonly certificate: pulumi.Input<string>;
  readonly privateKey: pulumi.Input<string>;
  /** PEM of the CA that signed the upstreams' certificates; {@link upstreamCaFile} in the container. */
  readonly caCertificate: string;
  readonly site: Site;
}

/** Where the container has the CA that signed the upstreams' certificates. */
export const upstreamCaFile = "/etc/apexmcp/ca.crt";

/**
 * nginx, the only container published beyond loopback: TLS 1.2 or newer (edge-listener-require-tls), plain http
 * redirected, headers on every answer (edge-server-require-headers, edge-header-require-hsts), limits where people and
 * agents authenticate (edge-rate-require-limits), as the site declares them.
 */
export class Edge extends pulumi.ComponentResource {
  readonly containerName: string;

  constructor(name: string, args: EdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("apexmcp:edge:Edge", name, {}, opts);
    const publish = (internal: number, external: number) => ({ address: args.address, internal, external });

    const server = new HardenedContainer(
      name,
      {
        stackName: args.stackName,
        service: "edge",
        image: args.image,
        user: { uid: 101, gid: 101 },
        command: ["nginx", "-c", "/etc/apexmcp/nginx.conf", "-g", "daemon off;"],
        files: {
          secrets: { "tls.crt": args.certificate, "tls.key": args.privateKey },
          config: {
            "nginx.conf": nginxConfiguration(args.site),
            "ca.crt": args.caCertificate,
          },
        },
        temporary: { "/tmp": 64 },
        networks: args.networks,
        ports: [publish(edgeHttpsPort, args.httpsPort), publish(edgeHttpPort, args.httpPort)],
        limits: { memoryMiB: 256, cpus: 1, processes: 128 },
        healthCheck: {
          command: [
            "curl",
            "--fail",
            "--silent",
            "--output",
            "/dev/null",
            `http://127.0.0.1:${edgeHealthPort}/`,
          ],
        },
      },
      { parent: this },
    );
    this.containerName = server.containerName;
    this.registerOutputs();
  }
}

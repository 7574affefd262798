import * as pulumi from "@pulumi/pulumi";

import { dataVolume } from "../container/dataVolume";
import { HardenedContainer, type NetworkAttachment } from "../container/hardenedContainer";
import { certificateDirectory } from "../../provider/edge/certificateFiles";
import { routeDirectory, type Slot } from "../../provider/edge/routeFile";
import { EdgeCertificate } from "./edgeCertificate";
import { EdgeRoute } from "./edgeRoute";
import { edgeHealthPort, edgeHttpPort, edgeHttpsPort, nginxConfiguration } from "./nginxConfiguration";
import type { Site } from "./site";

export interface EdgeArgs {
  readonly stackName: string;
  readonly image: pulumi.Input<string>;
  readonly networks: NetworkAttachment[];
  /** The release that is served, as soon as its gateway is healthy; the one before goes only then. */
  readonly release: { readonly slot: Slot; readonly gateway: pulumi.Resource };
  /** Address of the interface to publish on, and the two ports there. */
  readonly address: string;
  readonly httpsPort: number;
  readonly httpPort: number;
  /** PEM; the leaf first, then the chain. A changed one is reloaded; no connection is dropped for it. */
  readonly certificate: pulumi.Input<string>;
  readonly privateKey: pulumi.Input<string>;
  /** PEM of the stack's own CA, which signed the upstreams' certificates; {@link upstreamCaFile} in the container. */
  readonly caCertificate: string;
  readonly site: Site;
}

/** Where the container has the CA that signed the upstreams' certificates. */
export const upstreamCaFile = "/etc/apexmcp/ca.crt";

/**
 * nginx opens a connection to what is behind for each request, since names are looked up anew. By the kernel's default
 * it would run out of ports at some 470 requests a second; these let it use a port again after a second.
 */
export const edgeNetworkSettings = {
  "net.ipv4.ip_local_port_range": "10240 65535",
  "net.ipv4.tcp_tw_reuse": "1",
} as const;

/**
 * nginx, the only container published beyond loopback: TLS 1.2 or newer (edge-listener-require-tls), plain http
 * redirected, headers on every answer (edge-server-require-headers, edge-header-require-hsts), limits where people and
 * agents authenticate (edge-rate-require-limits), as the site declares them. Zitadel has no limits by path of its own:
 * what guesses passwords or asks for tokens too fast is refused here.
 */
export class Edge extends pulumi.ComponentResource {
  readonly containerName: string;

  constructor(name: string, args: EdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("apexmcp:edge:Edge", name, {}, opts);
    const publish = (internal: number, external: number) => ({ address: args.address, internal, external });

    const routeVolume = dataVolume(this, name, { ...args, service: "edge", content: "route" });
    const certificateVolume = dataVolume(this, name, { ...args, service: "edge", content: "certificate" });
    const certificate = new EdgeCertificate(
      name,
      {
        volume: certificateVolume.name,
        image: args.image,
        container: `${args.stackName}-edge`,
        address: args.address,
        port: args.httpsPort,
        serverName: new URL(args.site.hosts[0]!.origin).hostname,
        certificate: args.certificate,
        privateKey: args.privateKey,
        caCertificate: args.caCertificate,
      },
      { parent: this },
    );
    const server = new HardenedContainer(
      name,
      {
        stackName: args.stackName,
        service: "edge",
        image: args.image,
        user: { uid: 101, gid: 101 },
        command: ["nginx", "-c", "/etc/apexmcp/nginx.conf", "-g", "daemon off;"],
        files: {
          config: {
            "nginx.conf": nginxConfiguration(args.site),
            "ca.crt": args.caCertificate,
          },
        },
        readOnlyVolumes: { [certificateDirectory]: certificateVolume, [routeDirectory]: routeVolume },
        temporary: { "/tmp": 64 },
        networkSettings: edgeNetworkSettings,
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
      { parent: this, dependsOn: certificate },
    );
    this.containerName = server.containerName;
    new EdgeRoute(
      name,
      { volume: routeVolume.name, image: args.image, container: this.containerName, slot: args.release.slot },
      { parent: this, dependsOn: args.release.gateway },
    );
    this.registerOutputs();
  }
}

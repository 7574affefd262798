import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { exceptionLabels, type Exception } from "./exception";
import { ContainerFiles, fileGroup, type Files } from "./containerFiles";
import { stackLabels } from "./stackLabels";

/** One published port. Docker publishes on the given address only; there is no "all interfaces". */
export interface PublishedPort {
  /** Address of the interface, e.g. 127.0.0.1. */
  readonly address: string;
  readonly internal: number;
  readonly external: number;
}

export interface HealthCheck {
  /** Command run inside the container, without a shell; exit code 0 is healthy. */
  readonly command: string[];
  /** Seconds between checks. Default: 5. */
  readonly intervalSeconds?: number;
  /** Failures in a row until unhealthy. Default: 5. */
  readonly retries?: number;
}

export interface Limits {
  /** Memory in MiB; swap is off, so this is the whole. */
  readonly memoryMiB: number;
  /** CPU cores, e.g. 0.5. */
  readonly cpus: number;
  /** Processes and threads of the container's user (CIS 5.29 in part: Docker's provider has no PIDs limit). */
  readonly processes: number;
}

export interface NetworkAttachment {
  readonly network: docker.Network;
  /** Name under which the container is found on that network. Default: none but the container's own. */
  readonly alias?: string;
}

export interface HardenedContainerArgs {
  /** The stack's name: prefix of the container's name and value of its `apexmcp.stack` label. */
  readonly stackName: string;
  /** Short name of the service, e.g. `vault`; the container is `<stackName>-<service>`. */
  readonly service: string;
  /** By digest, or for our own images by git SHA; never `:latest` (the policy pack checks). */
  readonly image: pulumi.Input<string>;
  /** Numeric and never 0. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** Program and arguments; the image's own entrypoint never runs. */
  readonly command: [string, ...string[]];
  readonly networks: NetworkAttachment[];
  readonly limits: Limits;
  readonly healthCheck: HealthCheck;
  /** Waits until healthy, for at most so many seconds. Default: 120; 0 doesn't wait. */
  readonly waitSeconds?: number;
  /** Seconds between SIGTERM and SIGKILL. Default: 10. */
  readonly stopSeconds?: number;
  readonly ports?: PublishedPort[];
  /** Plain settings. A secret here is refused by `container-environment-disallow-secret`: use `files.secrets`. */
  readonly environment?: Record<string, pulumi.Input<string>>;
  /** Secrets and configuration, mounted read-only at /run/secrets and /etc/apexmcp. */
  readonly files?: Files;
  /** Writable directories in memory: path to size in MiB. */
  readonly temporary?: Record<string, number>;
  /** Named volumes: path to volume. The only places that outlive the container. */
  readonly volumes?: Record<string, docker.Volume>;
  /** Named volumes that something else fills: path to volume. */
  readonly readOnlyVolumes?: Record<string, docker.Volume>;
  /** Kernel settings of the container's own network, such as `net.ipv4.tcp_tw_reuse`. */
  readonly networkSettings?: Readonly<Record<`net.${string}`, string>>;
  /** Findings this container can't meet, each with the reason. They show in policies and probes. */
  readonly exceptions?: Exception[];
}

/**
 * A container that can't be written insecurely. There is no switch that turns any of this off:
 *
 * - not root (container-process-require-non-root, CIS 4.1), no capability
 *   (container-capability-require-drop-all, CIS 5.3), never privileged
 *   (container-process-disallow-privileged, CIS 5.4), no new privileges
 *   (container-process-require-no-new-privileges, CIS 5.25)
 * - read-only root file system (container-filesystem-require-read-only, CIS 5.12), no host mount, so no
 *   Docker socket (container-mount-disallow-docker-socket, CIS 5.31), no host namespace
 *   (container-namespace-disallow-host, CIS 5.9, 5.15, 5.16)
 * - memory, CPU and process limits (container-resource-require-limits, CIS 5.10, 5.11, 5.28), restarts
 *   bounded at 5 (CIS 5.14), a health check (container-health-require-healthcheck, CIS 5.26), logs rotated
 * - secrets as files that only root and the container's user can read (container-environment-disallow-secret,
 *   container-inspect-disallow-secret)
 * - ports on a named interface only (container-port-disallow-all-interfaces, CIS 5.13)
 *
 * A changed file or secret replaces the container.
 */
export class HardenedContainer extends pulumi.ComponentResource {
  readonly container: docker.Container;
  /** Docker's name of the container. */
  readonly containerName: string;

  constructor(name: string, args: HardenedContainerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("apexmcp:container:HardenedContainer", name, {}, opts);
    requireNonRoot(args);
    this.containerName = `${args.stackName}-${args.service}`;

    const { user, limits } = args;
    const files =
      args.files &&
      new ContainerFiles(
        name,
        { ...args, containerName: this.containerName, files: args.files },
        { parent: this },
      );
    const waitSeconds = args.waitSeconds ?? 120;

    this.container = new docker.Container(
      `${name}-container`,
      {
        name: this.containerName,
        image: args.image,
        entrypoints: [args.command[0]],
        command: args.command.slice(1),
        user: `${user.uid}:${user.gid}`,
        groupAdds: [fileGroup],
        envs: Object.entries(args.environment ?? {}).map(
          ([key, value]) => pulumi.interpolate`${key}=${value}`,
        ),
        labels: stackLabels(args.stackName, exceptionLabels(args.exceptions)),

        readOnly: true,
        privileged: false,
        capabilities: { drops: ["ALL"] },
        securityOpts: ["no-new-privileges:true"],
        cgroupnsMode: "private", // with cgroups v1 Docker's own default is the host's

        memory: limits.memoryMiB,
        memorySwap: limits.memoryMiB, // unset, a refresh shows a difference
        cpus: Number.isInteger(limits.cpus) ? limits.cpus.toFixed(1) : String(limits.cpus), // as it is read back
        ulimits: ulimits(limits),
        logDriver: "json-file",
        logOpts: { "max-size": "10m", "max-file": "3" },

        tmpfs: mapValues(
          args.temporary,
          (mebibytes) =>
            `rw,noexec,nosuid,nodev,size=${mebibytes}m,uid=${user.uid},gid=${user.gid},mode=0700`,
        ),
        mounts: [...mounts(args.volumes), ...mounts(args.readOnlyVolumes, { readOnly: true })],
        volumes: files ? [{ fromContainer: pulumi.interpolate`${files.container.id}:ro` }] : [],

        networksAdvanced: args.networks.map(({ network, alias }) => ({
          name: network.name,
          aliases: alias ? [alias] : [],
        })),
        sysctls: args.networkSettings,
        ports: (args.ports ?? []).map(({ address, ...port }) => ({ ...port, ip: address, protocol: "tcp" })),

        restart: "on-failure",
        maxRetryCount: 5,
        mustRun: true,
        destroyGraceSeconds: args.stopSeconds ?? 10,
        healthcheck: {
          tests: ["CMD", ...args.healthCheck.command],
          interval: `${args.healthCheck.intervalSeconds ?? 5}s`,
          timeout: "5s",
          retries: args.healthCheck.retries ?? 5,
          startPeriod: "0s",
        },
        wait: waitSeconds > 0,
        waitTimeout: waitSeconds || undefined,
      },
      { parent: this, deleteBeforeReplace: true },
    );
    this.registerOutputs({ containerName: this.containerName });
  }
}

function requireNonRoot({ service, user }: HardenedContainerArgs): void {
  for (const key of ["uid", "gid"] as const) {
    if (Number.isInteger(user[key]) && user[key] > 0) continue;
    throw new pulumi.RunError(
      `${service}: user.${key} is ${user[key]}; give the number of a user that isn't root`,
    );
  }
}

function ulimits({ processes }: Limits): docker.types.input.ContainerUlimit[] {
  const limit = (name: string, value: number) => ({ name, soft: value, hard: value });
  return [limit("core", 0), limit("nproc", processes)];
}

function mounts(volumes: Record<string, docker.Volume> = {}, how: { readOnly?: true } = {}) {
  return Object.entries(volumes).map(([target, { name }]) => ({
    type: "volume",
    source: name,
    target,
    ...how,
  }));
}

function mapValues<T, U>(record: Record<string, T> | undefined, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record ?? {}).map(([key, value]) => [key, map(value)]));
}

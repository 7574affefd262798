import type { Resource } from "../definePolicy";
import { readText, type Maybe, type Unknown } from "../unknown";
import { readCloudRun, readEcsTask } from "./cloudTask";
import { readDockerContainer } from "./dockerContainer";
import { readDockerService } from "./dockerService";
import { podPath, readKubernetesPod } from "./kubernetesPod";

/** A value and where it stands in the resource's inputs, e.g. `volumes[0].hostPath`. */
export interface Located<T> {
  readonly path: string;
  readonly value: Maybe<T>;
}

export interface EnvironmentEntry extends Located<string> {
  /** Absent when the whole entry is unknown. */
  readonly name?: string;
}

export interface PublishedPort {
  readonly path: string;
  /** Address of the interface; absent means all. */
  readonly address: Maybe<string>;
  /** Port of the host; absent means any free one. */
  readonly port: Maybe<number>;
}

/** A named volume, and whether it can only be read from. */
export interface MountedVolume {
  readonly path: string;
  readonly volume: Maybe<string>;
  readonly readOnly: Maybe<boolean>;
}

/** A namespace's mode, or a network attached to. */
export interface AttachedNamespace extends Located<string> {
  readonly namespace: Namespace;
}

export type Namespace = "network" | "pid" | "ipc" | "uts" | "user" | "cgroup";

/** By name; a value may be unknown until deployed. */
export type Labels = Readonly<Record<string, string | Unknown>>;

/** A command that the engine runs in a running container, from outside. */
export interface ContainerHook {
  readonly path: string;
  readonly user: Maybe<string>;
  readonly privileged: Maybe<boolean>;
}

/**
 * What any orchestrator's container is declared to be. What may be absent here is so where a resource type has no
 * input for it, so that no declaration of it could comply.
 */
export interface ContainerCore {
  readonly image: Located<string>;
  /** The program that replaces the image's entrypoint; empty: the image's own. */
  readonly entrypoint: Located<(string | Unknown)[]>;
  /** The arguments that replace the image's command; empty: the image's own. */
  readonly arguments: Located<(string | Unknown)[]>;
  readonly environment: readonly EnvironmentEntry[];
  readonly privileged: Located<boolean>;
  readonly namespaces: readonly AttachedNamespace[];
  /** Every place of the host that the container can see. */
  readonly hostPaths: readonly Located<string>[];
  readonly user?: Located<string>;
  readonly readOnly?: Located<boolean>;
  readonly droppedCapabilities?: Located<(string | Unknown)[]>;
  readonly addedCapabilities?: Located<(string | Unknown)[]>;
  /** As Docker writes them: `no-new-privileges:true`, `seccomp=unconfined`. */
  readonly securityOptions?: Located<(string | Unknown)[]>;
  /** How changes of mounts spread between host and container. */
  readonly propagations: readonly Located<string>[];
  readonly devices: readonly Located<string>[];
  /** Labels or annotations, in which an exception is claimed. */
  readonly labels: Labels;
  /**
   * Only carries files into a volume: declared neither to be started nor to be kept running, and without network or
   * restarts. What harms only while a process runs (limits, health, a writable root file system) can't apply to it;
   * everything else does, in case somebody starts it by hand.
   */
  readonly neverStarted: boolean;
}

/** What a container of the Docker engine is declared to be. */
export interface ContainerSpec extends ContainerCore {
  readonly publishedPorts: readonly PublishedPort[];
  /** Publishes every port the image exposes. */
  readonly publishAll: Located<boolean>;
  readonly memory: Located<number>;
  /** Above 0 when CPU time is limited, in whatever unit the type has. */
  readonly cpu: Located<number>;
  readonly processes?: Located<number>;
  /** The check's command; empty: the image's own, if it has one. */
  readonly healthcheck: Located<(string | Unknown)[]>;
  /** The hard limit of each ulimit but nproc, which is `processes`; -1 is none. */
  readonly ulimits: readonly Located<number>[];
  readonly volumes: readonly MountedVolume[];
  /** Names of the networks it is attached to. */
  readonly networks: readonly (string | Unknown)[];
  /** When Docker starts it again, and how often; absent for what an orchestrator restarts. */
  readonly restart?: { readonly policy: Located<string>; readonly maximum: Located<number> };
  readonly cgroupParent: Located<string>;
  /** Attached to Docker's own bridge, where every container reaches every other. */
  readonly onDefaultBridge: boolean;
  readonly hooks: readonly ContainerHook[];
}

const dockerReaders: Record<string, (props: unknown) => ContainerSpec> = {
  "docker:index/container:Container": readDockerContainer,
  "docker:index/service:Service": readDockerService,
};

/** Types of the resources that declare a container of the Docker engine. */
export const dockerTypes: ReadonlySet<string> = new Set(Object.keys(dockerReaders));

const cloudReaders: Record<string, (props: unknown) => ContainerCore[]> = {
  "aws:ecs/taskDefinition:TaskDefinition": readEcsTask,
  "gcp:cloudrun/service:Service": readCloudRun,
  "gcp:cloudrunv2/service:Service": readCloudRun,
  "gcp:cloudrunv2/job:Job": readCloudRun,
};

/** Whether a resource of this type declares containers, of whatever orchestrator. */
export function declaresContainers(type: string): boolean {
  return dockerTypes.has(type) || type in cloudReaders || podPath(type) !== undefined;
}

/** By their inputs: every policy looks at the same ones. */
const docker = new WeakMap<object, ContainerSpec>();
const containers = new WeakMap<object, readonly ContainerCore[]>();

/** The Docker container that `resource` declares, read once. Throws when its type declares none: see {@link dockerTypes}. */
export function readDocker(resource: Resource): ContainerSpec {
  const known = docker.get(resource.props as object);
  if (known) return known;
  const reader = dockerReaders[resource.type];
  if (!reader) throw new Error(`${resource.type} declares no Docker container`);
  const container = reader(resource.props);
  docker.set(resource.props as object, container);
  return container;
}

/** The containers that `resource` declares, read once: see {@link declaresContainers}. */
export function readContainers(resource: Resource): readonly ContainerCore[] {
  const known = containers.get(resource.props as object);
  if (known) return known;
  const read = containersOf(resource);
  containers.set(resource.props as object, read);
  return read;
}

function containersOf(resource: Resource): readonly ContainerCore[] {
  if (dockerTypes.has(resource.type)) return [readDocker(resource)];
  const pod = podPath(resource.type);
  if (pod) return readKubernetesPod(resource.props, pod);
  return cloudReaders[resource.type]?.(resource.props) ?? [];
}

const volumeType = "docker:index/volume:Volume";

/** Whether a resource of this type can hand places of the host to containers: a volume's driver can bind one. */
export const declaresHostPaths = (type: string): boolean => type === volumeType || declaresContainers(type);

/** Every place of the host that `resource` hands to a container. */
export function hostPathsOf(resource: Resource): readonly Located<string>[] {
  return resource.type === volumeType
    ? [{ path: "driverOpts.device", value: readText(resource.props, "driverOpts", "device") }]
    : readContainers(resource).flatMap((container) => container.hostPaths);
}

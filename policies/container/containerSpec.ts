import type { Resource } from "../definePolicy";
import type { Maybe, Unknown } from "../unknown";
import { readDockerContainer } from "./dockerContainer";
import { readDockerService } from "./dockerService";

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

/** A namespace's mode, or a network attached to. */
export interface AttachedNamespace extends Located<string> {
  readonly namespace: Namespace;
}

export type Namespace = "network" | "pid" | "ipc" | "user" | "cgroup";

/** A limit or option that some resource type has no input for, so that no declaration of it could comply. */
export type Inexpressible = "no-new-privileges" | "process limit";

/** What a container is declared to be, in one shape for every resource type that runs one. */
export interface ContainerSpec {
  readonly image: Located<string>;
  /** The program that replaces the image's entrypoint; empty: the image's own. */
  readonly entrypoint: Located<(string | Unknown)[]>;
  /** The arguments that replace the image's command; empty: the image's own. */
  readonly arguments: Located<(string | Unknown)[]>;
  readonly environment: readonly EnvironmentEntry[];
  readonly user: Located<string>;
  readonly readOnly: Located<boolean>;
  readonly privileged: Located<boolean>;
  readonly droppedCapabilities: Located<(string | Unknown)[]>;
  readonly addedCapabilities: Located<(string | Unknown)[]>;
  readonly securityOptions: Located<(string | Unknown)[]>;
  readonly namespaces: readonly AttachedNamespace[];
  /** Every place of the host that the container can see. */
  readonly hostPaths: readonly Located<string>[];
  readonly publishedPorts: readonly PublishedPort[];
  /** Publishes every port the image exposes. */
  readonly publishAll: Located<boolean>;
  readonly memory: Located<number>;
  /** Above 0 when CPU time is limited, in whatever unit the type has. */
  readonly cpu: Located<number>;
  readonly processes: Located<number>;
  /** The check's command; empty: the image's own, if it has one. */
  readonly healthcheck: Located<(string | Unknown)[]>;
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Only carries files into a volume: declared neither to be started nor to be kept running, and without network or
   * restarts. What harms only while a process runs (limits, health, a writable root file system) can't apply to it;
   * everything else does, in case somebody starts it by hand.
   */
  readonly neverStarted: boolean;
  readonly inexpressible: readonly Inexpressible[];
}

const readers: Record<string, (props: unknown) => ContainerSpec> = {
  "docker:index/container:Container": readDockerContainer,
  "docker:index/service:Service": readDockerService,
};

/** Types of the resources that declare a container. */
export const containerTypes: ReadonlySet<string> = new Set(Object.keys(readers));

/** The container that `resource` declares. Throws when its type declares none: see {@link containerTypes}. */
export function readContainer(resource: Resource): ContainerSpec {
  const reader = readers[resource.type];
  if (!reader) throw new Error(`${resource.type} declares no container`);
  return reader(resource.props);
}

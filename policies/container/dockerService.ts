import { read, readFlag, readList, readNumber, readText, readTexts, unknown, type Unknown } from "../unknown";
import type {
  AttachedNamespace,
  ContainerSpec,
  EnvironmentEntry,
  Located,
  PublishedPort,
} from "./containerSpec";
import { labelsOf } from "./dockerLabels";
import { bindMounts, mountedVolumes, propagationsOf } from "./dockerMounts";

const spec = "taskSpec.containerSpec";

/**
 * Reads the inputs of `docker.Service`. Swarm has no privileged mode and shares no namespace but the network's; its
 * published ports are on all interfaces, whatever is declared.
 */
export function readDockerService(props: unknown): ContainerSpec {
  const container = read(props, "taskSpec", "containerSpec");
  const text = (key: string): Located<string> => ({
    path: `${spec}.${key}`,
    value: readText(container, key),
  });
  const texts = (key: string): Located<(string | Unknown)[]> => ({
    path: `${spec}.${key}`,
    value: readTexts(container, ...key.split(".")),
  });
  const limit = (key: string): Located<number> => ({
    path: `taskSpec.resources.limits.${key}`,
    value: readNumber(props, "taskSpec", "resources", "limits", key),
  });
  return {
    get image() {
      return text("image");
    },
    get entrypoint() {
      return texts("commands");
    },
    get arguments() {
      return texts("args");
    },
    get environment() {
      return environmentOf(container);
    },
    get user() {
      return text("user");
    },
    get readOnly(): Located<boolean> {
      return { path: `${spec}.readOnly`, value: readFlag(container, "readOnly") };
    },
    privileged: { path: spec, value: false },
    get droppedCapabilities() {
      return texts("capDrops");
    },
    get addedCapabilities() {
      return texts("capAdds");
    },
    get namespaces() {
      const networks = readList(props, "taskSpec", "networksAdvanceds");
      if (networks === unknown) return [];
      return networks.flatMap((network, index) =>
        (["id", "name"] as const)
          .map((key): AttachedNamespace => ({
            namespace: "network",
            path: `taskSpec.networksAdvanceds[${index}].${key}`,
            value: readText(network, key),
          }))
          .filter(({ value }) => value !== unknown),
      );
    },
    get hostPaths() {
      return bindMounts(props, `${spec}.mounts`);
    },
    get publishedPorts(): PublishedPort[] {
      const path = "endpointSpec.ports";
      const ports = readList(props, "endpointSpec", "ports");
      if (ports === unknown) return [{ path, address: undefined, port: unknown }];
      return ports.map((port, index): PublishedPort => ({
        path: `${path}[${index}]`,
        address: undefined,
        port: readNumber(port, "publishedPort"),
      }));
    },
    publishAll: { path: "endpointSpec", value: false },
    get memory() {
      return limit("memoryBytes");
    },
    get cpu() {
      return limit("nanoCpus");
    },
    get healthcheck() {
      return texts("healthcheck.tests");
    },
    get propagations() {
      return propagationsOf(props, `${spec}.mounts`);
    },
    devices: [],
    ulimits: [],
    get volumes() {
      return mountedVolumes(props, `${spec}.mounts`);
    },
    get networks() {
      const networks = readList(props, "taskSpec", "networksAdvanceds");
      return networks === unknown
        ? []
        : networks.map((network) => readText(network, "name")).filter((name) => name !== undefined);
    },
    hooks: [],
    cgroupParent: { path: spec, value: undefined },
    onDefaultBridge: false,
    get labels() {
      return { ...labelsOf(props, "labels"), ...labelsOf(container, "labels") };
    },
    neverStarted: false,
  };
}

function environmentOf(container: unknown): EnvironmentEntry[] {
  const environment = read(container, "env");
  if (environment === unknown) return [{ path: `${spec}.env`, value: unknown }];
  if (typeof environment !== "object" || environment === null) return [];
  return Object.keys(environment).map((name) => ({
    path: `${spec}.env.${name}`,
    name,
    value: readText(environment, name),
  }));
}

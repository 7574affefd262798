import { readFlag, readList, readNumber, readText, readTexts, unknown, type Unknown } from "../unknown";
import type { ContainerHook, ContainerSpec, EnvironmentEntry, Located, PublishedPort } from "./containerSpec";
import { labelsOf } from "./dockerLabels";
import { cpuLimit, hardLimits, processLimit } from "./dockerLimits";
import {
  bindMounts,
  dockerVolumes,
  hostVolumes,
  mountedVolumes,
  propagationsOf,
  uploadSources,
} from "./dockerMounts";

/** Reads the inputs of `docker.Container`. Getters, so that a policy pays for what it looks at only. */
export function readDockerContainer(props: unknown): ContainerSpec {
  const text = (path: string): Located<string> => ({ path, value: readText(props, path) });
  const flag = (path: string): Located<boolean> => ({ path, value: readFlag(props, path) });
  const number = (path: string): Located<number> => ({ path, value: readNumber(props, path) });
  const texts = (path: string): Located<(string | Unknown)[]> => ({
    path,
    value: readTexts(props, ...path.split(".")),
  });
  return {
    get image() {
      return text("image");
    },
    get entrypoint() {
      return texts("entrypoints");
    },
    get arguments() {
      return texts("command");
    },
    get environment() {
      return environmentOf(props);
    },
    get user() {
      return text("user");
    },
    get readOnly(): Located<boolean> {
      return flag("readOnly");
    },
    get privileged() {
      return flag("privileged");
    },
    get droppedCapabilities() {
      return texts("capabilities.drops");
    },
    get addedCapabilities() {
      return texts("capabilities.adds");
    },
    get securityOptions() {
      return texts("securityOpts");
    },
    get namespaces() {
      return [
        { namespace: "network" as const, ...text("networkMode") },
        ...attachedNetworks(props).map((network) => ({ namespace: "network" as const, ...network })),
        { namespace: "pid" as const, ...text("pidMode") },
        { namespace: "ipc" as const, ...text("ipcMode") },
        // Only a compose file can say it.
        { namespace: "uts" as const, ...text("utsMode") },
        { namespace: "user" as const, ...text("usernsMode") },
        { namespace: "cgroup" as const, ...text("cgroupnsMode") },
      ];
    },
    get hostPaths() {
      return [...bindMounts(props, "mounts"), ...hostVolumes(props), ...uploadSources(props)];
    },
    get publishedPorts(): PublishedPort[] {
      const ports = readList(props, "ports");
      if (ports === unknown) return [{ path: "ports", address: unknown, port: unknown }];
      return ports.map((port, index): PublishedPort => ({
        path: `ports[${index}]`,
        address: readText(port, "ip"),
        port: readNumber(port, "external"),
      }));
    },
    get publishAll() {
      return flag("publishAllPorts");
    },
    get memory() {
      return number("memory");
    },
    get cpu() {
      return cpuLimit(props);
    },
    get processes() {
      return processLimit(props);
    },
    get healthcheck() {
      return texts("healthcheck.tests");
    },
    get propagations() {
      return propagationsOf(props, "mounts");
    },
    get devices(): Located<string>[] {
      const devices = readList(props, "devices");
      if (devices === unknown) return [{ path: "devices", value: unknown }];
      return devices.map((device, index): Located<string> => ({
        path: `devices[${index}].hostPath`,
        value: readText(device, "hostPath"),
      }));
    },
    get ulimits() {
      return hardLimits(props);
    },
    get volumes() {
      return [...mountedVolumes(props, "mounts"), ...dockerVolumes(props)];
    },
    get networks() {
      const networks = readList(props, "networksAdvanced");
      return networks === unknown
        ? []
        : networks.map((network) => readText(network, "name")).filter((name) => name !== undefined);
    },
    get hooks() {
      return hooksOf(props);
    },
    get restart() {
      return { policy: text("restart"), maximum: number("maxRetryCount") };
    },
    get cgroupParent() {
      return text("cgroupParent");
    },
    get onDefaultBridge() {
      const mode = readText(props, "networkMode");
      if (mode !== undefined && mode !== "default" && mode !== "bridge") return false;
      const networks = readList(props, "networksAdvanced");
      return (
        networks !== unknown &&
        (networks.length === 0 || networks.some((network) => readText(network, "name") === "bridge"))
      );
    },
    get labels() {
      return labelsOf(props, "labels");
    },
    get neverStarted() {
      const restart = readText(props, "restart");
      return (
        readFlag(props, "start") === false &&
        readFlag(props, "mustRun") === false &&
        readText(props, "networkMode") === "none" &&
        (restart === undefined || restart === "no")
      );
    },
  };
}

/** NAME=value; what has an unknown value and a known name, as in a compose file, is `{ name, value }`. */
function environmentOf(props: unknown): EnvironmentEntry[] {
  const entries = readList(props, "envs");
  if (entries === unknown) return [{ path: "envs", value: unknown }];
  return entries.map((entry, index) => {
    const path = `envs[${index}]`;
    if (entry === unknown) return { path, value: unknown };
    const text = readText(entries, index);
    if (typeof text !== "string") {
      const name = readText(entry, "name");
      return { path, name: name === unknown ? undefined : name, value: readText(entry, "value") };
    }
    const equals = text.indexOf("=");
    return equals < 0
      ? { path, name: text, value: undefined }
      : { path, name: text.slice(0, equals), value: text.slice(equals + 1) };
  });
}

/** A network that a resource of the same program makes is unknown at first, and can't be the host's. */
function attachedNetworks(props: unknown): Located<string>[] {
  const networks = readList(props, "networksAdvanced");
  if (networks === unknown) return [];
  return networks
    .map((network, index): Located<string> => ({
      path: `networksAdvanced[${index}].name`,
      value: readText(network, "name"),
    }))
    .filter(({ value }) => value !== unknown);
}

/** Commands that the engine runs in the container from outside: only a compose file can say it. */
function hooksOf(props: unknown): ContainerHook[] {
  const hooks = readList(props, "hooks");
  if (hooks === unknown) return [];
  return hooks.map((hook, index) => ({
    path: `hooks[${index}]`,
    user: readText(hook, "user"),
    privileged: readFlag(hook, "privileged"),
  }));
}

import { read, readFlag, readList, readNumber, readText, readTexts, unknown, type Unknown } from "../unknown";
import type { ContainerSpec, EnvironmentEntry, Located, MountedVolume, PublishedPort } from "./containerSpec";

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
    get propagations(): Located<string>[] {
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
    get ulimits(): Located<number>[] {
      const limits = readList(props, "ulimits");
      if (limits === unknown) return [];
      return limits.flatMap((limit, index): Located<number>[] =>
        readText(limit, "name") === "nproc"
          ? []
          : [{ path: `ulimits[${index}].hard`, value: readNumber(limit, "hard") }],
      );
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
    inexpressible: [],
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

/** Mounts of type bind, and volumes whose driver binds a directory of the host. */
export function bindMounts(holder: unknown, path: string): Located<string>[] {
  const mounts = readList(holder, ...path.split("."));
  if (mounts === unknown) return [{ path, value: unknown }];
  return mounts.flatMap((mount, index): Located<string>[] => {
    const at = `${path}[${index}]`;
    if (mount === unknown) return [{ path: at, value: unknown }];
    const source: Located<string> = { path: `${at}.source`, value: readText(mount, "source") };
    const device: Located<string> = {
      path: `${at}.volumeOptions.driverOptions.device`,
      value: readText(mount, "volumeOptions", "driverOptions", "device"),
    };
    const named = ["volume", "tmpfs", "image"].includes(String(read(mount, "type")));
    return named ? [device] : [source, device];
  });
}

/** Mounts of type volume. */
export function mountedVolumes(holder: unknown, path: string): MountedVolume[] {
  const mounts = readList(holder, ...path.split("."));
  if (mounts === unknown) return [];
  return mounts
    .map((mount, index) => ({ mount, at: `${path}[${index}]` }))
    .filter(({ mount }) => readText(mount, "type") === "volume" && readText(mount, "source") !== undefined)
    .map(({ mount, at }): MountedVolume => ({
      path: at,
      volume: readText(mount, "source"),
      readOnly: readFlag(mount, "readOnly"),
    }));
}

function dockerVolumes(props: unknown): MountedVolume[] {
  const volumes = readList(props, "volumes");
  if (volumes === unknown) return [];
  return volumes
    .map((volume, index): MountedVolume => ({
      path: `volumes[${index}]`,
      volume: readText(volume, "volumeName"),
      readOnly: readFlag(volume, "readOnly"),
    }))
    .filter(({ volume }) => volume !== undefined);
}

/** The propagation of each mount that names one. */
export function propagationsOf(holder: unknown, path: string): Located<string>[] {
  const mounts = readList(holder, ...path.split("."));
  if (mounts === unknown) return [];
  return mounts
    .map((mount, index): Located<string> => ({
      path: `${path}[${index}].bindOptions.propagation`,
      value: readText(mount, "bindOptions", "propagation"),
    }))
    .filter(({ value }) => value !== undefined);
}

function hostVolumes(props: unknown): Located<string>[] {
  const volumes = readList(props, "volumes");
  if (volumes === unknown) return [{ path: "volumes", value: unknown }];
  return volumes.map((volume, index): Located<string> =>
    volume === unknown
      ? { path: `volumes[${index}]`, value: unknown }
      : { path: `volumes[${index}].hostPath`, value: readText(volume, "hostPath") },
  );
}

function uploadSources(props: unknown): Located<string>[] {
  const uploads = readList(props, "uploads");
  if (uploads === unknown) return [];
  return uploads.map((upload, index): Located<string> => ({
    path: `uploads[${index}].source`,
    value: readText(upload, "source"),
  }));
}

function cpuLimit(props: unknown): Located<number> {
  const candidates = ["cpus", "cpuQuota"].map((path): Located<number> => ({
    path,
    value: readNumber(props, path),
  }));
  return candidates.find(({ value }) => value !== undefined) ?? { path: "cpus", value: undefined };
}

/** A compose file has a limit of its own; `docker.Container` only the ulimit. */
function processLimit(props: unknown): Located<number> {
  const pids = readNumber(props, "pidsLimit");
  if (pids !== undefined) return { path: "pidsLimit", value: pids };
  const limits = readList(props, "ulimits");
  if (limits === unknown) return { path: "ulimits", value: unknown };
  const index = limits.findIndex((limit) => readText(limit, "name") === "nproc");
  return index < 0
    ? { path: "ulimits", value: undefined }
    : { path: `ulimits[${index}].hard`, value: readNumber(limits[index], "hard") };
}

/** Labels whose name and value are known. */
export function labelsOf(holder: unknown, ...path: string[]): Record<string, string> {
  const labels = readList(holder, ...path);
  if (labels === unknown) return {};
  return Object.fromEntries(
    labels
      .map((label) => [readText(label, "label"), readText(label, "value")] as const)
      .filter((pair): pair is [string, string] => pair.every((part) => typeof part === "string")),
  );
}

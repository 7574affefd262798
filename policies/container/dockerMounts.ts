import { readFlag, readList, readText, unknown } from "../unknown";
import type { Located, MountedVolume } from "./containerSpec";

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
    const named = ["volume", "tmpfs", "image"].includes(String(readText(mount, "type")));
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

/** Named volumes among a container's `volumes`. */
export function dockerVolumes(props: unknown): MountedVolume[] {
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

/** Places of the host among a container's `volumes`. */
export function hostVolumes(props: unknown): Located<string>[] {
  const volumes = readList(props, "volumes");
  if (volumes === unknown) return [{ path: "volumes", value: unknown }];
  return volumes.map((volume, index): Located<string> =>
    volume === unknown
      ? { path: `volumes[${index}]`, value: unknown }
      : { path: `volumes[${index}].hostPath`, value: readText(volume, "hostPath") },
  );
}

/** Files of the deploying machine that are uploaded. */
export function uploadSources(props: unknown): Located<string>[] {
  const uploads = readList(props, "uploads");
  if (uploads === unknown) return [];
  return uploads.map((upload, index): Located<string> => ({
    path: `uploads[${index}].source`,
    value: readText(upload, "source"),
  }));
}

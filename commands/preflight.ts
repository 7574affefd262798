import { existsSync, statfsSync } from "node:fs";

import { CommandError } from "./commandError";
import { docker, publisherOf, stackObjects } from "./docker";
import type { DevConfig } from "./devConfig";
import { isPortInUse, portHolder } from "./portHolder";
import type { State } from "./state";

/** Less than this on a disk, and a deploy may stop halfway. */
const neededBytes = 1024 ** 3;

/**
 * Looks, before anything is changed, for what would make a deploy fail halfway.
 *
 * @throws CommandError for the first thing found, with its fix
 */
export async function preflight(state: State, config: DevConfig): Promise<void> {
  const dockerRoot = await docker("info", "--format={{.DockerRootDir}}");
  checkDisk([state.directory, dockerRoot.trim()]);
  await checkPorts(state, config);
  await checkVolumes(state, config);
}

/** @param free bytes available to this user on the disk of a path; for tests */
export function checkDisk(
  paths: readonly string[],
  free: (path: string) => number = (path) => {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  },
): void {
  for (const path of paths.filter((it) => existsSync(it))) {
    const bytes = free(path);
    if (bytes < neededBytes) {
      throw new CommandError(
        `only ${Math.floor(bytes / 1024 ** 2)} MiB are free on the disk of ${path}`,
        "free at least 1 GiB there (docker system df shows what Docker holds), then run this again",
      );
    }
  }
}

/** A port that this very stack holds is fine; every other holder is named. */
export async function checkPorts(state: State, { name, ports }: DevConfig): Promise<void> {
  const taken: string[] = [];
  const keys: string[] = [];
  for (const { key, address, port } of ports) {
    const publisher = await publisherOf(port);
    if (publisher?.stack === name) continue;
    if (!(await isPortInUse(address, port).catch((error: Error) => cannotListen(key, address, error))))
      continue;
    const holder = publisher ? `container ${publisher.name}` : (portHolder(port) ?? "another program");
    taken.push(`${address}:${port} (${key}) is in use by ${holder}`);
    keys.push(`${key}: ${port + 1000}`);
  }
  if (taken.length === 0) return;
  throw new CommandError(
    taken.join("; "),
    `stop what holds the port, or choose another one in ${state.localConfigFile}, e.g. the line "${keys[0]}"; then run this again`,
  );
}

function cannotListen(key: string, address: string, error: Error): never {
  throw new CommandError(
    `${key}: this machine can't listen there (${error.message})`,
    `use an address of this machine (${address} was asked for) and a port above 1023`,
  );
}

/** A volume without its key, or a key without its volume, can't become a working Vault. */
async function checkVolumes(state: State, { name }: DevConfig): Promise<void> {
  const storage = `${name}-vault-storage`;
  const exists = (await stackObjects("volume", name)).includes(storage);
  const hasKey = existsSync(state.vaultInitFile);
  if (hasKey && !exists) {
    throw new CommandError(
      `the volume ${storage} is gone, and Vault's data with it, but ${state.vaultInitFile} has its key`,
      "put the volume back from a backup, or give the data up: make down ARGS=--volumes, then make up",
    );
  }
}

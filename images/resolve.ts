import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { stateIn } from "../commands/state";
import { ensureVaultServer } from "../toolchain/install";
import { bakedImage, bakeImage, type VaultServer } from "./bake";
import {
  type ImageLock,
  imageLock,
  type ImageName,
  imageNames,
  type LockedImage,
  readImageLock,
} from "./imageLock";
import { isThere, pull } from "./officialImages";

export const officialLockFile = join(__dirname, "..", "images.lock.json");

interface Resolved {
  source: ImageLock["source"];
  images: { [name in ImageName]?: LockedImage };
}

/**
 * Brings the images onto the engine: official ones, by the digests of `official`, where their registry can be pulled
 * from; else baked ones. Contacts no registry when everything is there, nor, given the `previous` result, when that
 * was baked and still is.
 */
export async function resolveImages(
  names: readonly ImageName[],
  official: ImageLock,
  previous: ImageLock["source"] | undefined,
  vaultServer: VaultServer,
): Promise<Resolved> {
  if (previous === "baked") {
    const images = await Promise.all(names.map(async (name) => [name, await bakedImage(name)] as const));
    if (images.every(([, image]) => image)) return { source: "baked", images: Object.fromEntries(images) };
  }
  if (await pullAll(names, official)) {
    return {
      source: "official",
      images: Object.fromEntries(names.map((name) => [name, official.images[name]])),
    };
  }
  const images: Resolved["images"] = {};
  for (const [index, name] of names.entries())
    images[name] = await bakeImage(name, vaultServer, `${index + 1}/${names.length}`);
  return { source: "baked", images };
}

/** False when the first missing image can't be pulled at all. A registry that fails after the first one is an error. */
async function pullAll(names: readonly ImageName[], official: ImageLock): Promise<boolean> {
  const there = await Promise.all(names.map((name) => isThere(official.images[name])));
  const missing = names.filter((_, index) => !there[index]);
  for (const [index, name] of missing.entries()) {
    const refusal = await pull(official.images[name], `${index + 1}/${missing.length}`);
    if (refusal === undefined) continue;
    if (index > 0)
      throw new Error(`${official.images[name].name} can't be pulled (${refusal}); run this again`);
    console.error(`official images can't be pulled here (${refusal}): using images baked from packages`);
    return false;
  }
  return true;
}

/** The source an earlier run chose on this machine, if its lock can still be read. */
export function previousSource(lockFile: string): ImageLock["source"] | undefined {
  return existsSync(lockFile) ? readImageLock(lockFile).source : undefined;
}

/** Resolves every image and writes the lock file, at once and only when it changes. */
export async function resolveToFile(lockFile: string, vaultServer: VaultServer): Promise<ImageLock> {
  const official = readImageLock(officialLockFile);
  const previous = previousSource(lockFile);
  const lock = imageLock.parse(await resolveImages(imageNames, official, previous, vaultServer));
  const text = `${JSON.stringify(lock, null, 2)}\n`;
  mkdirSync(dirname(lockFile), { recursive: true, mode: 0o700 });
  writeFileSync(`${lockFile}.new`, text);
  renameSync(`${lockFile}.new`, lockFile);
  return lock;
}

if (require.main === module) {
  resolveToFile(stateIn().imageLockFile, ensureVaultServer).catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

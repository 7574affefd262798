import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, rmSync } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

import { z } from "zod";

import { CommandError } from "../commandError";
import { docker } from "../docker";
import { copyFromVolume, copyIntoVolume } from "../volumeCopy";

const storagePath = "/vault/file";

/** The volume under a Vault container, and an image there is for a second container that mounts it. */
export interface VaultStorage {
  readonly container: string;
  readonly volume: string;
  readonly image: string;
}

const inspected = z.tuple([
  z.object({
    Image: z.string(),
    Mounts: z.array(z.object({ Type: z.string(), Destination: z.string(), Name: z.string().optional() })),
  }),
]);

/** @throws CommandError when there is no such container, or it keeps Vault's data in no volume */
export async function storageOf(container: string): Promise<VaultStorage> {
  const [{ Image, Mounts }] = inspected.parse(
    JSON.parse(await docker("inspect", "--type=container", container)),
  );
  const mount = Mounts.find(({ Type, Destination }) => Type === "volume" && Destination === storagePath);
  if (mount?.Name === undefined) {
    throw new CommandError(
      `the container ${container} has no volume at ${storagePath}`,
      "name Vault's container: --container NAME (docker ps shows them)",
    );
  }
  return { container, volume: mount.Name, image: Image };
}

/**
 * Copies the storage to a tar file (0600), as it is at one moment: Vault is paused, for as long as the copy takes.
 * Its file storage renames whole files into place, so what is copied is what a crash would leave, and Vault starts
 * from that. Everything in it is encrypted by Vault.
 *
 * @returns the file's SHA-256
 */
export async function copyOut(storage: VaultStorage, file: string): Promise<string> {
  const hash = createHash("sha256");
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(undefined, chunk);
    },
  });
  await docker("pause", storage.container);
  try {
    await copyFromVolume(storage.volume, storage.image, (tar) =>
      pipeline(tar, hashing, createWriteStream(file, { mode: 0o600, flags: "wx" })),
    );
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  } finally {
    await docker("unpause", storage.container);
  }
  return hash.digest("hex");
}

/** Puts a copied storage into the volume of a stopped container, owners and modes as they were. */
export async function copyIn(storage: VaultStorage, file: string): Promise<void> {
  await copyIntoVolume(storage.volume, storage.image, createReadStream(file));
}

export async function checksum(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { CommandError } from "./commandError";
import { docker } from "./docker";

/** Where the helper mounts the volume; the first part of every name in the tar stream. */
const mount = "volume";

/**
 * Hands on the content of a volume as a tar stream, owners and modes as they are.
 *
 * @param image any that there is; nothing of it runs
 */
export async function copyFromVolume(
  volume: string,
  image: string,
  take: (tar: Readable) => Promise<void>,
): Promise<void> {
  await withHelper(volume, image, "ro", (helper) => dockerCp([`${helper}:/${mount}`, "-"], take));
}

/** Puts what {@link copyFromVolume} handed on into a volume, owners and modes as they were. */
export async function copyIntoVolume(volume: string, image: string, tar: Readable): Promise<void> {
  await withHelper(volume, image, "rw", (helper) => dockerCp(["-", `${helper}:/`], undefined, tar));
}

/** A container that only mounts the volume: never started, no network. A read-only root takes no copies. */
async function withHelper(
  volume: string,
  image: string,
  mode: "ro" | "rw",
  use: (helper: string) => Promise<void>,
): Promise<void> {
  const helper = await docker(
    "create",
    "--network=none",
    `--volume=${volume}:/${mount}:${mode},nocopy`,
    image,
    "true",
  );
  try {
    await use(helper.trim());
  } finally {
    await docker("rm", helper.trim());
  }
}

async function dockerCp(
  args: readonly string[],
  take: (stdout: Readable) => Promise<void> = () => Promise.resolve(),
  give?: Readable,
): Promise<void> {
  const child = spawn("docker", ["cp", ...args], { stdio: [give ? "pipe" : "ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr?.on("data", (data: Buffer) => (said += data.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  try {
    await Promise.all([take(child.stdout!), give && pipeline(give, child.stdin!)]);
  } catch (error) {
    child.kill();
    await ended;
    // What broke off the stream is Docker's to tell.
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
  if ((await ended) !== 0) {
    throw new CommandError(
      `docker cp failed: ${said.trim()}`,
      "solve what Docker names, then run this again",
    );
  }
}

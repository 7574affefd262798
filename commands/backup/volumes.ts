import { z } from "zod";

import { CommandError } from "../commandError";
import { docker, stackLabel, stackObjects } from "../docker";
import { copyFromVolume, copyIntoVolume } from "../volumeCopy";
import { eachEntry, TarWriter, type TarEntry } from "./tar";

/** A volume, and an image there is on this machine, for a container that mounts it. */
export interface DataVolume {
  readonly name: string;
  readonly image: string;
}

const inspected = z.array(
  z.object({
    Id: z.string(),
    Image: z.string(),
    State: z.object({ Running: z.boolean(), Paused: z.boolean() }),
  }),
);

/** A stack's data volumes, and the running containers that write to them. */
export async function stackData(stack: string): Promise<{ volumes: DataVolume[]; writers: string[] }> {
  const volumes: DataVolume[] = [];
  const writers = new Set<string>();
  for (const name of await stackObjects("volume", stack)) {
    const ids = await docker("ps", "--all", "--quiet", "--no-trunc", `--filter=volume=${name}`);
    const users = inspected.parse(
      ids === "" ? [] : JSON.parse(await docker("inspect", "--type=container", ...ids.split("\n"))),
    );
    if (users[0] === undefined)
      throw new CommandError(`no container uses the volume ${name}`, "bring the stack up: make up");
    volumes.push({ name, image: users[0].Image });
    for (const { Id, State } of users) if (State.Running && !State.Paused) writers.add(Id);
  }
  if (volumes.length === 0)
    throw new CommandError(`the stack ${stack} has no data on this machine`, "bring it up: make up");
  return { volumes, writers: [...writers] };
}

/**
 * Does work while containers stand still, so that what is read of their volumes is of one moment, as a crash would
 * leave it: PostgreSQL and Vault both start from that. They go on whatever happens, an interrupt included.
 */
export async function whilePaused(containers: readonly string[], work: () => Promise<void>): Promise<void> {
  if (containers.length === 0) return work();
  const interrupted = () =>
    void docker("unpause", ...containers)
      .catch(() => undefined)
      .finally(() => process.exit(130));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, interrupted);
  try {
    await docker("pause", ...containers);
    await work();
  } finally {
    await docker("unpause", ...containers);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, interrupted);
  }
}

/** Adds a volume's content as `<prefix>/…`. */
export async function packVolume(tar: TarWriter, { name, image }: DataVolume, prefix: string): Promise<void> {
  await copyFromVolume(name, image, (content) =>
    eachEntry(content, (entry) => tar.forward(entry, "volume", prefix)),
  );
}

/** A volume of a stack, while its content arrives entry by entry. */
export class ArrivingVolume {
  private readonly tar = new TarWriter();
  private readonly done: Promise<void>;
  private ended = false;

  private constructor({ name, image }: DataVolume) {
    this.done = copyIntoVolume(name, image, this.tar.stream);
    this.done.catch((error: Error) => this.tar.fail(error));
  }

  static async create(stack: string, volume: DataVolume): Promise<ArrivingVolume> {
    await docker("volume", "create", `--label=${stackLabel}=${stack}`, volume.name);
    return new ArrivingVolume(volume);
  }

  /** @param prefix what the backup put before the name */
  async take(entry: TarEntry, prefix: string): Promise<void> {
    await Promise.race([this.done, this.tar.forward(entry, prefix, "volume")]);
  }

  async end(): Promise<void> {
    if (!this.ended) this.tar.end();
    this.ended = true;
    await this.done;
  }
}

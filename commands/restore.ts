import { existsSync, readFileSync } from "node:fs";

import { imageReference, readImageLock } from "../images/imageLock";
import { readArchive } from "./backup/archive";
import { recordCeremony } from "./backup/ceremonies";
import { readManifest, type Manifest } from "./backup/manifest";
import { ArrivingState } from "./backup/stateFiles";
import type { TarEntry } from "./backup/tar";
import { ArrivingVolume } from "./backup/volumes";
import { main } from "./command";
import { CommandError } from "./commandError";
import { docker, requireDocker, stackContainers, stackObjects } from "./docker";
import type { State } from "./state";

void main({
  name: "restore",
  summary: "puts a backup where there is no deployment: volumes, secrets, Pulumi's state; make up starts it",
  options: {
    "from FILE": "the backup",
    "key FILE": "what opens it: AGE-SECRET-KEY-1…",
  },
  run: async ({ state, options }) => {
    const { from, key } = options;
    if (from === undefined || key === undefined)
      throw new CommandError(
        "--from or --key is missing",
        "give both: make restore ARGS='--from FILE --key FILE'",
      );
    if (!existsSync(from)) throw new CommandError(`there is no ${from}`, "name a file that make backup made");
    const identity = identityIn(key);
    await requireDocker();
    const restore = new Restore(state);
    try {
      await readArchive(from, identity, (entry) => restore.take(entry));
      await restore.end();
    } catch (error) {
      await restore.abandon();
      throw explained(error as Error, from, key);
    }
    const { stack, time, volumes } = restore.manifest!;
    recordCeremony(state, "restored", { backedUp: time });
    console.log(`Restored ${stack} as it was at ${time}: ${volumes.join(", ")}`);
    console.log("Start it, and have it proven: make up");
  },
});

/** Puts each entry where it belongs; until the end nothing of it is a deployment. */
class Restore {
  manifest?: Manifest;
  private files?: ArrivingState;
  private volume?: { name: string; arriving: ArrivingVolume };
  private readonly made: string[] = [];
  private readonly image: string;

  constructor(private readonly state: State) {
    this.image = imageReference(readImageLock(state.imageLockFile).images.postgres);
  }

  async take(entry: TarEntry): Promise<void> {
    if (this.manifest === undefined) {
      this.manifest = await readManifest(entry);
      await requireNothing(this.manifest);
      return;
    }
    const [kind, name = ""] = entry.header.name.split("/");
    if (kind === "state") {
      this.files ??= new ArrivingState(this.state);
      await this.files.take(entry, "state");
      return;
    }
    if (kind !== "volumes" || !this.manifest.volumes.includes(name))
      throw new Error(`it holds ${entry.header.name}, which is no part of a backup`);
    if (this.volume?.name !== name) {
      await this.volume?.arriving.end();
      if (this.made.includes(name)) throw new Error(`it holds ${name} in two places`);
      this.made.push(name);
      const volume = { name, image: this.image };
      this.volume = { name, arriving: await ArrivingVolume.create(this.manifest.stack, volume) };
    }
    await this.volume.arriving.take(entry, `volumes/${name}`);
  }

  async end(): Promise<void> {
    await this.volume?.arriving.end();
    const missing = this.manifest?.volumes.filter((name) => !this.made.includes(name)) ?? ["everything"];
    if (missing.length > 0) throw new Error(`it lacks ${missing.join(", ")}`);
    this.files?.end();
  }

  /** Leaves nothing of what was made. */
  async abandon(): Promise<void> {
    this.files?.abandon();
    await this.volume?.arriving.end().catch(() => undefined);
    if (this.made.length > 0) await docker("volume", "rm", "--force", ...this.made).catch(() => undefined);
  }
}

async function requireNothing({ stack, volumes }: Manifest): Promise<void> {
  const containers = (await stackContainers(stack)).map(({ name }) => name);
  const all = (await docker("volume", "ls", "--format={{.Name}}")).split("\n");
  const taken = [
    ...containers,
    ...(await stackObjects("network", stack)),
    ...volumes.filter((name) => all.includes(name)),
  ];
  if (taken.length > 0)
    throw new CommandError(
      `${stack} is here already: ${taken.join(", ")}`,
      "restore where it isn't, or remove it: make down ARGS=--volumes. Nothing was changed",
    );
}

function identityIn(file: string): string {
  const found = existsSync(file) && /^AGE-SECRET-KEY-1[0-9A-Z]+$/m.exec(readFileSync(file, "utf8"));
  if (found) return found[0];
  throw new CommandError(
    `there is no age key in ${file}`,
    "name the file that make backup, or age-keygen, made",
  );
}

function explained(error: Error, from: string, key: string): Error {
  if (error instanceof CommandError) return error;
  const fix = "nothing was changed";
  if (/no identity matched/i.test(error.message))
    return new CommandError(`the key in ${key} doesn't open ${from}`, `give the key it was made for; ${fix}`);
  return new CommandError(`${from} can't be restored: ${error.message}`, `take another copy of it; ${fix}`);
}

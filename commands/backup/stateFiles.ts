import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { buffer } from "node:stream/consumers";

import { CommandError } from "../commandError";
import type { State } from "../state";
import type { TarEntry, TarWriter } from "./tar";

/** What another machine makes for itself, what only the process that wrote it needs, and Pulumi's own old copies. */
const left = /^(images\.lock\.json|restoring|backend\/\.pulumi\/(locks|backups|history)|.*\.lock)(\/|$)/;

/** Adds the deployment's own files: Pulumi's state, the secrets, Vault's key. */
export function packState(tar: TarWriter, state: State, prefix: string): void {
  const files = readdirSync(state.directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(state.directory, join(entry.parentPath, entry.name)));
  for (const file of files.sort().filter((it) => !left.test(it))) {
    const path = join(state.directory, file);
    tar.file(`${prefix}/${file}`, statSync(path).mode & 0o777, readFileSync(path));
  }
}

/** The deployment's own files, while they arrive beside their places. */
export class ArrivingState {
  private readonly beside: string;

  constructor(private readonly state: State) {
    this.beside = join(state.directory, "restoring");
    for (const file of [state.configFile, state.checkpointFile, state.vaultInitFile, state.passphraseFile]) {
      if (existsSync(file))
        throw new CommandError(
          `there is a deployment in ${state.directory} already`,
          "remove it (make down ARGS=--volumes), or restore into another directory: --state DIR. Nothing was changed",
        );
    }
    this.abandon();
    mkdirSync(this.beside, { recursive: true, mode: 0o700 });
  }

  async take({ header, content }: TarEntry, prefix: string): Promise<void> {
    const path = join(this.beside, header.name.slice(prefix.length));
    if (!path.startsWith(this.beside + sep)) throw new Error(`${header.name} is no file of a deployment`);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, await buffer(content), { mode: header.mode ?? 0o600 });
  }

  /** Puts them into their places. */
  end(): void {
    for (const name of readdirSync(this.beside)) {
      const place = join(this.state.directory, name);
      rmSync(place, { recursive: true, force: true });
      renameSync(join(this.beside, name), place);
    }
    this.abandon();
  }

  abandon(): void {
    rmSync(this.beside, { recursive: true, force: true });
  }
}

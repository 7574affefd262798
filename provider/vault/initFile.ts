import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { z } from "zod";
import { malformedUnsealKey, parseUnsealKey } from "./unsealKey";

const initFile = z.object({
  unsealKey: z.string().refine((text) => parseUnsealKey(text) !== undefined, malformedUnsealKey),
  rootToken: z.string().min(1).optional(),
});

/** What an initialisation leaves in a file that only its owner can read (mode 0600). */
export type InitFile = z.output<typeof initFile>;

/** Undefined when there is no such file. Refuses a file that others can read, and one that is no init file. */
export function readInitFile(path: string): InitFile | undefined {
  if (!existsSync(path)) {
    return undefined;
  }
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) !== 0) {
    throw new Error(
      `${path} holds Vault's unseal key and others can read it (mode ${mode.toString(8)}); ` +
        `run chmod 600 on it, and make vault-rekey if anyone may have`,
    );
  }
  const parsed = initFile.safeParse(parseJson(readFileSync(path, "utf8")));
  if (!parsed.success) {
    throw new Error(
      `${path} holds no unseal key ({"unsealKey": "…"}); put back the file that the initialisation of this Vault wrote`,
    );
  }
  return parsed.data;
}

/**
 * Opens a place for the keys before they exist, so that an initialisation whose keys couldn't be kept never
 * happens. `keep` puts them there, durably and whole or not at all. An older file is kept beside it: it may be the
 * only key to a storage that is merely not mounted.
 */
export function reserveInitFile(path: string): { keep(keys: InitFile): void; discard(): void } {
  const draft = `${path}.${process.pid}.tmp`;
  let file: number;
  try {
    file = openSync(draft, "wx", 0o600);
  } catch (error) {
    throw new Error(
      `can't write ${draft} (${(error as NodeJS.ErrnoException).code}), so Vault was not initialised`,
      { cause: error },
    );
  }
  return {
    keep: (keys) => {
      writeSync(file, `${JSON.stringify(keys, undefined, 2)}\n`);
      fsyncSync(file);
      closeSync(file);
      if (existsSync(path)) {
        renameSync(path, `${path}.until-${new Date().toISOString()}`);
      }
      renameSync(draft, path);
    },
    discard: () => rmSync(draft, { force: true }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

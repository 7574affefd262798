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
import { dirname } from "node:path";
import { z } from "zod";
import { malformedUnsealKey, parseUnsealKey } from "./unsealKey";

const unsealKey = z.string().refine((text) => parseUnsealKey(text) !== undefined, malformedUnsealKey);
const initFile = z.object({
  unsealKey,
  /** There while a rekey is under way: one of the two is Vault's key. */
  nextUnsealKey: unsealKey.optional(),
  /** There between the initialisation and the moment the deployer has a credential of its own. */
  rootToken: z.string().min(1).optional(),
  deployer: z.object({ roleId: z.string().min(1), secretId: z.string().min(1) }).optional(),
});

/** Vault's keys in a file that only its owner can read (mode 0600). */
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
 * Opens a place for the keys before they exist, so that keys which couldn't be kept are never made. `keep` puts
 * them there, durably and whole or not at all.
 */
export function reserveInitFile(path: string): { keep(keys: InitFile): void; discard(): void } {
  const draft = `${path}.${process.pid}.tmp`;
  let file: number;
  try {
    file = openSync(draft, "wx", 0o600);
  } catch (error) {
    throw new Error(
      `can't write ${draft} (${(error as NodeJS.ErrnoException).code}), so nothing was changed in Vault; name a file that can be written`,
      { cause: error },
    );
  }
  return {
    keep: (keys) => {
      writeSync(file, `${JSON.stringify(keys, undefined, 2)}\n`);
      fsyncSync(file);
      closeSync(file);
      renameSync(draft, path);
      const directory = openSync(dirname(path), "r");
      fsyncSync(directory);
      closeSync(directory);
    },
    discard: () => {
      closeSync(file);
      rmSync(draft, { force: true });
    },
  };
}

/** Puts an older file aside: it may be the only key to a storage that is merely not mounted. */
export function setAside(path: string): void {
  if (existsSync(path)) {
    renameSync(path, `${path}.until-${new Date().toISOString()}`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

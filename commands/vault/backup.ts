import { existsSync, readFileSync, writeFileSync } from "node:fs";

import { z } from "zod";

import { CommandError } from "../commandError";
import { checksum } from "./storage";

const manifest = z.object({
  time: z.string(),
  clusterId: z.string(),
  version: z.string(),
  /** Of the key that unseals it: a later rekey doesn't change an older backup. */
  keyFingerprint: z.string().optional(),
  sha256: z.string(),
});

/** What stands beside a backup, in `FILE.json`. */
export type BackupManifest = z.output<typeof manifest>;

export function writeManifest(file: string, content: BackupManifest): void {
  writeFileSync(`${file}.json`, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600, flag: "wx" });
}

/** Reads a backup's manifest and proves that the backup is what it was. */
export async function verifiedManifest(file: string): Promise<BackupManifest> {
  for (const path of [file, `${file}.json`]) {
    if (!existsSync(path))
      throw new CommandError(`there is no ${path}`, "name a backup that make vault-backup made");
  }
  const content = manifest.parse(JSON.parse(readFileSync(`${file}.json`, "utf8")));
  if ((await checksum(file)) !== content.sha256) {
    throw new CommandError(
      `${file} is not what was backed up: its checksum differs`,
      "take another copy of it",
    );
  }
  return content;
}

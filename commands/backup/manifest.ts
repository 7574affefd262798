import { text } from "node:stream/consumers";

import { z } from "zod";

import { CommandError } from "../commandError";
import type { TarEntry, TarWriter } from "./tar";

/** Names of Docker's objects and of a stack, which the restore makes paths and arguments of. */
const name = z.string().regex(/^[a-z0-9][a-z0-9_.-]*$/);
const manifest = z.strictObject({
  format: z.literal(1),
  time: z.iso.datetime(),
  stack: name,
  volumes: z.array(name).min(1),
});

/** The first entry of a backup: what else is in it. */
export type Manifest = z.output<typeof manifest>;

const entryName = "manifest.json";

export function packManifest(tar: TarWriter, content: Manifest): void {
  tar.file(entryName, 0o600, JSON.stringify(content));
}

/** @throws CommandError when the entry is no manifest that this version knows */
export async function readManifest({ header, content }: TarEntry): Promise<Manifest> {
  const parsed = manifest.safeParse(header.name === entryName ? JSON.parse(await text(content)) : undefined);
  if (parsed.success) return parsed.data;
  throw new CommandError(
    "it holds no backup that this version can read",
    "name a file that make backup made",
  );
}

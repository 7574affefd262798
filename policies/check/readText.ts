import { readFileSync } from "node:fs";

import { UnreadableError } from "./declarations";

/** Reads a file as text. Throws {@link UnreadableError} at the place that names it, if one does. */
export function readText(path: string, namedAt?: { readonly line: number; readonly file: string }): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === "ENOENT" ? "doesn't exist" : code === "EISDIR" ? "is a directory" : `can't be read (${code})`;
    throw new UnreadableError(namedAt ? `${path} ${why}` : why, namedAt?.line, namedAt?.file);
  }
  if (bytes.includes(0)) throw new UnreadableError("is no text", namedAt?.line, namedAt?.file ?? path);
  return bytes.toString("utf8").replace(/^\uFEFF/, "");
}

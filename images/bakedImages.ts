import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import type { ImageName } from "./imageLock";

/** Baked images are pushed to this registry, which runs only meanwhile, so that the engine knows their digests. */
export const registryPort = 5050;

export interface BakedImage {
  readonly title: "debian" | ImageName;
  /** Repository on the local registry, such as `localhost:5050/apexmcp/nginx`. */
  readonly name: string;
  /** `<version>-<12 hex of a hash of everything the image is made from>`: what changed is baked anew. */
  readonly tag: string;
  /** Folder of the Dockerfile. */
  readonly folder: string;
}

function hashOf(parts: string[], folders: string[]): string {
  const hash = createHash("sha256").update(parts.join("\n"));
  for (const folder of folders) {
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    for (const file of files.map((entry) => entry.name).sort())
      hash.update(`\0${file}\0`).update(readFileSync(join(folder, file)));
  }
  return hash.digest("hex").slice(0, 12);
}

function baked(folder: string, version: string, base: string, moreInputs: string[] = []): BakedImage {
  const title = basename(folder) as BakedImage["title"];
  return {
    title,
    name: `localhost:${registryPort}/apexmcp/${title}`,
    tag: `${version}-${hashOf([version, base, process.arch], [folder, ...moreInputs])}`,
    folder,
  };
}

/** What is baked: the base, and the four that stand in for the official images. */
export function bakedImages(checkout = join(__dirname, "..")): Record<BakedImage["title"], BakedImage> {
  const folder = (title: BakedImage["title"]) => join(checkout, "images", title);
  const debian = baked(folder("debian"), "bookworm", "");
  return {
    debian,
    node: baked(folder("node"), "24.21.0", debian.tag),
    nginx: baked(folder("nginx"), "1.22", debian.tag),
    postgres: baked(folder("postgres"), "15", debian.tag),
    vault: baked(folder("vault"), "1.21.0", debian.tag, [join(checkout, "toolchain/vault-server")]),
  };
}

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { ImageName } from "./imageLock";

const root = join(__dirname, "..");

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
  for (const folder of folders)
    for (const file of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile()))
      hash.update(`\0${file.name}\0`).update(readFileSync(join(folder, file.name)));
  return hash.digest("hex").slice(0, 12);
}

function baked(
  title: BakedImage["title"],
  version: string,
  base: string,
  moreInputs: string[] = [],
): BakedImage {
  const folder = join(__dirname, title);
  return {
    title,
    name: `localhost:${registryPort}/apexmcp/${title}`,
    tag: `${version}-${hashOf([version, base, process.arch], [folder, ...moreInputs])}`,
    folder,
  };
}

/** What is baked: the base, and the four that stand in for the official images. */
export function bakedImages(): Record<BakedImage["title"], BakedImage> {
  const debian = baked("debian", "bookworm", "");
  return {
    debian,
    node: baked("node", "24.21.0", debian.tag),
    nginx: baked("nginx", "1.22", debian.tag),
    postgres: baked("postgres", "15", debian.tag),
    vault: baked("vault", "1.21.0", debian.tag, [join(root, "toolchain/vault-server")]),
  };
}

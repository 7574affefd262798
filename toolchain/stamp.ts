import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import * as path from "node:path";
import { goVersion } from "./goToolchain";
import { pulumiVersion, type Part } from "./parts";

/** `official` is what the stamp of no build lies beside. `stale` was built from other sources or with other flags. */
export type PartState = "official" | "built" | "stale" | "missing";

const stampOf = (part: Part) => `${part.path}.built`;

/** What is at a part's place. */
export function partState(part: Part): PartState {
  const binary = statSync(part.path, { throwIfNoEntry: false });
  if (!binary?.isFile() || binary.size === 0 || (binary.mode & 0o100) === 0) return "missing";
  if (!existsSync(stampOf(part))) return "official";
  return readFileSync(stampOf(part), "utf8") === stamp(part, binary.size) ? "built" : "stale";
}

/** Puts a fresh binary at its place, whole or not at all. The stamp goes first, so a build is never taken for official. */
export function place(part: Part, binary: string): void {
  const next = `${part.path}.next`;
  copyFileSync(binary, next);
  writeFileSync(`${next}.built`, stamp(part, statSync(next).size));
  renameSync(`${next}.built`, stampOf(part));
  renameSync(next, part.path);
}

/** The binary's size belongs to it: an official binary that was put over a built one is no longer ours. */
function stamp(part: Part, size: number): string {
  const hash = createHash("sha256").update(
    JSON.stringify([goVersion, process.platform, process.arch, buildFlags(part)]),
  );
  for (const source of part.sources) addTo(hash, source);
  return `${JSON.stringify({ sources: hash.digest("hex"), size })}\n`;
}

export const buildFlags = (part: Part): string[] => [
  "-trimpath",
  `-ldflags=-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion}`,
  ...(part.tags ? [`-tags=${part.tags}`] : []),
];

function addTo(hash: ReturnType<typeof createHash>, source: string): void {
  const file = path.join(__dirname, source);
  if (!statSync(file).isDirectory()) {
    hash.update(`\0${source}\0`).update(readFileSync(file));
    return;
  }
  for (const entry of readdirSync(file).sort()) addTo(hash, path.join(source, entry));
}

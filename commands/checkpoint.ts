import { existsSync, readFileSync } from "node:fs";

import { CommandError } from "./commandError";
import { pulumiVersion } from "./pulumi";
import type { State } from "./state";

/** What the commands read of Pulumi's checkpoint; nothing in it is a secret in plain text. */
export interface Checkpoint {
  readonly resources: readonly CheckpointResource[];
  /** What an interrupted update was in the middle of. */
  readonly pending: readonly { readonly type: string; readonly urn: string }[];
}

export interface CheckpointResource {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
}

interface CheckpointJson {
  version: number;
  checkpoint: {
    latest?: {
      manifest: { version?: string };
      resources?: { urn: string; type: string; id?: string }[];
      pending_operations?: { type: string; resource: { urn: string } }[];
    };
  };
}

/** Layout of a checkpoint that this Pulumi reads and writes. */
const checkpointVersion = 3;

/**
 * Reads the stack's checkpoint straight from the file backend, which costs milliseconds instead of a CLI run.
 *
 * @throws CommandError when it is damaged, or was written by a newer Pulumi than the pinned one
 */
export function readCheckpoint(state: State): Checkpoint {
  if (!existsSync(state.checkpointFile)) return { resources: [], pending: [] };
  const { version, checkpoint } = parseCheckpoint(state);
  const writer = checkpoint.latest?.manifest.version;
  if (version > checkpointVersion || (writer && isNewer(writer, pulumiVersion))) {
    throw new CommandError(
      `the state in ${state.directory} was written by Pulumi ${writer ?? `with layout ${version}`}, newer than this checkout's ${pulumiVersion}`,
      "check out the version of this project that deployed it, or set APEXMCP_STATE to another directory",
    );
  }
  return {
    resources: (checkpoint.latest?.resources ?? []).map(({ urn, type, id = "" }) => ({ urn, type, id })),
    pending: (checkpoint.latest?.pending_operations ?? []).map(({ type, resource }) => ({
      type,
      urn: resource.urn,
    })),
  };
}

function parseCheckpoint(state: State): CheckpointJson {
  try {
    return JSON.parse(readFileSync(state.checkpointFile, "utf8")) as CheckpointJson;
  } catch (error) {
    throw new CommandError(
      `${state.checkpointFile} is damaged (${(error as Error).message})`,
      `put Pulumi's backup in its place: cp ${state.checkpointFile}.bak ${state.checkpointFile}`,
    );
  }
}

/** Compares `v1.2.3` and `1.2.3` by their numbers. */
function isNewer(a: string, b: string): boolean {
  const numbers = (version: string) => version.replace(/^v/, "").split(/[.-]/).slice(0, 3).map(Number);
  const other = numbers(b);
  for (const [index, number] of numbers(a).entries()) {
    if (number !== (other[index] ?? 0)) return number > (other[index] ?? 0);
  }
  return false;
}

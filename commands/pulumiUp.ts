import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import type { EngineEvent } from "@pulumi/pulumi/automation";

import { pulumi, pulumiFailure } from "./pulumi";
import { root, type State } from "./state";

/** Arguments that preview and up share: the policy pack is always in force. */
export const deployArguments = [
  `--policy-pack=${join(root, "policies/direct")}`,
  "--suppress-outputs",
  "--suppress-permalink=true",
  "--suppress-progress",
  ...(process.stdout.isTTY ? ["--color=always"] : []),
] as const;

/**
 * Previews, with the policy pack in force, and then updates the stack if that changes anything; a violation
 * stops it before anything has changed. What Pulumi says is streamed.
 *
 * @throws CommandError with the cause and its fix
 */
export async function pulumiUp(state: State): Promise<void> {
  const eventLog = join(state.directory, "preview-events.jsonl");
  rmSync(eventLog, { force: true });
  const env = { PULUMI_DEBUG_COMMANDS: "true" }; // has --event-log
  const preview = ["preview", `--event-log=${eventLog}`, ...deployArguments];
  await run(state, preview, env);
  const events = readFileSync(eventLog, "utf8").trim().split("\n");
  if (!changesAnything(events.map((line) => JSON.parse(line) as EngineEvent))) {
    console.log("Everything is as declared: there is nothing to update.");
    return;
  }
  await run(state, ["up", "--yes", "--skip-preview", ...deployArguments]);
}

async function run(state: State, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const result = await pulumi(state, args, { show: true, env });
  if (result.exitCode !== 0) throw pulumiFailure(state, `pulumi ${args[0]!}`, result.all);
}

/**
 * Whether a preview's events, whole, announce a change of a resource or of the stack's outputs. A secret that only an
 * output holds looks the same in them whatever its value.
 */
export function changesAnything(events: readonly EngineEvent[]): boolean {
  const summary = events.find(({ summaryEvent }) => summaryEvent)?.summaryEvent;
  if (!summary || Object.keys(summary.resourceChanges).some((operation) => operation !== "same")) return true;
  return events.some(({ resOutputsEvent: { metadata } = {} }) => {
    if (metadata?.type !== "pulumi:pulumi:Stack") return false;
    return !isDeepStrictEqual(metadata.old?.outputs, metadata.new?.outputs);
  });
}

import { pulumi, pulumiFailure } from "./pulumi";
import type { State } from "./state";

/** Arguments that preview and up share: the policy pack is always in force. */
export const deployArguments = [
  "--policy-pack=policies",
  "--suppress-outputs",
  "--suppress-permalink=true",
  "--suppress-progress",
  ...(process.stdout.isTTY ? ["--color=always"] : []),
] as const;

/**
 * Previews, with the policy pack in force, and then updates the stack; a violation stops it before anything
 * has changed. What Pulumi says is streamed.
 *
 * @throws CommandError with the cause and its fix
 */
export async function pulumiUp(state: State): Promise<void> {
  const result = await pulumi(state, ["up", "--yes", ...deployArguments], { show: true });
  if (result.exitCode !== 0) throw pulumiFailure(state, "pulumi up", result.all);
}

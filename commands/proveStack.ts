import { probes } from "../probes/all";
import { reportTable } from "../probes/report";
import { exitCode, runProbes } from "../probes/run";
import type { Target } from "../probes/target";
import { liveTarget } from "./liveTarget";
import type { State } from "./state";
import { waitHealthy } from "./waitHealthy";

/** What the probes found on the stack that was just deployed. */
export interface Proof {
  readonly target: Target;
  readonly results: Awaited<ReturnType<typeof runProbes>>;
  /** 0 when every probe passed, 1 when one failed, 2 when one couldn't tell. */
  readonly code: number;
}

/**
 * Waits until a deployed stack is healthy and runs every probe; prints the table when one didn't pass.
 *
 * @param first what is still to be done on the healthy stack before
 */
export async function proveStack(
  state: State,
  stack: string,
  first: (target: Target) => Promise<void> = () => Promise.resolve(),
): Promise<Proof> {
  await waitHealthy(stack, console.log);
  const target = await liveTarget(state);
  await first(target);
  const results = await runProbes(probes, target);
  const code = exitCode(results);
  if (code !== 0) console.log(`\n${reportTable(results)}`);
  return { target, results, code };
}

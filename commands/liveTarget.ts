import { CommandError } from "./commandError";
import { pulumiOrFail } from "./pulumi";
import type { State } from "./state";
import { dockerCli } from "../probes/docker";
import { loadTarget, targetOutputs, type Target, type TargetOutputs } from "../probes/target";

/** The deployed stack, by its own outputs. @throws when there is none, or it isn't running */
export async function liveTarget(state: State): Promise<Target> {
  return loadTarget(await stackOutputs(state), dockerCli);
}

/** Where the deployed stack is, and its secrets, without a look at its containers. @throws when there is none */
export async function liveOutputs(state: State): Promise<TargetOutputs> {
  return targetOutputs(await stackOutputs(state));
}

async function stackOutputs(state: State): Promise<object> {
  const outputs = JSON.parse(
    await pulumiOrFail(state, ["stack", "output", "--json", "--show-secrets"]),
  ) as object;
  if (!("target" in outputs)) throw new CommandError("the stack is not deployed", "deploy it: make up");
  return outputs;
}

import { CommandError } from "./commandError";
import { pulumiOrFail } from "./pulumi";
import type { State } from "./state";
import { dockerCli } from "../probes/docker";
import { loadTarget, type Target } from "../probes/target";

/** The deployed stack, by its own outputs. @throws when there is none, or it isn't running */
export async function liveTarget(state: State): Promise<Target> {
  const outputs = JSON.parse(
    await pulumiOrFail(state, ["stack", "output", "--json", "--show-secrets"]),
  ) as object;
  if (!("target" in outputs)) throw new CommandError("the stack is not deployed", "deploy it: make up");
  return loadTarget(outputs, dockerCli);
}

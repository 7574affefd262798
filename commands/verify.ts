import { CommandError } from "./commandError";
import { main } from "./command";
import { readDevConfig } from "./devConfig";
import { liveTarget } from "./liveTarget";
import { probes } from "../probes/all";
import { reportJson, reportTable } from "../probes/report";
import { exitCode, runProbes } from "../probes/run";

void main({
  name: "verify",
  summary: "runs the probes against the deployed stack; exit code 0 pass, 1 fail, 2 could not tell",
  flags: { json: "prints the results as JSON" },
  run: async ({ state, flags }) => {
    readDevConfig(state); // says what to do when nothing is deployed
    const target = await liveTarget(state).catch((cause: unknown) => {
      if (cause instanceof CommandError) throw new CommandError(cause.problem, cause.fix, 2);
      throw new CommandError((cause as Error).message, "bring the stack up: make up", 2);
    });
    const results = await runProbes(probes, target);
    console.log(flags["json"] ? reportJson(results) : reportTable(results));
    return exitCode(results);
  },
});

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { pulumiBinary, pulumiEnvironment } from "../commands/pulumi";
import { root, stateIn } from "../commands/state";

/**
 * `make bench`: what the policy pack adds to a preview of this stack (issue: under 1.5 s): as `make preview` has it, and as
 * any other program has it, by Pulumi's runner for Node.js. Medians of five interleaved rounds. Needs what `make preview`
 * sets up.
 */
const state = stateIn();

function seconds(pack?: string): number {
  const env = {
    ...process.env,
    ...pulumiEnvironment(state),
    PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`,
  };
  const args = ["preview", "--non-interactive", ...(pack ? ["--policy-pack", join(root, pack)] : [])];
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(pulumiBinary, args, { cwd: root, env, encoding: "utf8" });
  if (status !== 0) throw new Error(stdout + stderr);
  return (performance.now() - start) / 1000;
}

const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

if (existsSync(state.configFile)) {
  seconds("policies"); // builds the pack, and warms the machine's caches up
  const rounds = Array.from({ length: 5 }, () => {
    const without = seconds();
    return {
      without,
      direct: seconds("policies/direct") - without,
      runner: seconds("policies") - without,
    };
  });
  const of = (which: keyof (typeof rounds)[0]) => median(rounds.map((round) => round[which])).toFixed(2);
  console.log(`a preview without the pack: ${of("without")} s`);
  console.log(`the pack adds ${of("direct")} s as make has it, ${of("runner")} s by Pulumi's runner`);
  if (Number(of("direct")) > 1.5) process.exitCode = 1;
} else {
  console.log("no preview measured: run make preview first");
}

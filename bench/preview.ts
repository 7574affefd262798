import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pulumiBinary, pulumiEnvironment } from "../commands/pulumi";
import { root, stateIn } from "../commands/state";

/**
 * `make bench`: what the policy pack adds to a preview of this stack (issue: under 1.5 s), from source as `make
 * preview` has it, and as the one executable. Medians of five interleaved rounds. Needs what `make preview` sets up.
 */
const state = stateIn();
const scratch = mkdtempSync(join(tmpdir(), "apexmcp-bench-"));
process.on("exit", () => rmSync(scratch, { recursive: true }));

/** A folder for the engine, with the executable on the path under the name that it looks for. */
function executable(): { folder: string; bin: string } {
  const cwd = join(root, "policies");
  execFileSync("npm", ["run", "--silent", "executable"], { cwd, stdio: "pipe" });
  const [folder, bin] = [join(scratch, "pack"), join(scratch, "bin")];
  for (const directory of [folder, bin]) mkdirSync(directory);
  copyFileSync(join(cwd, "dist/hardening-policies"), join(bin, "pulumi-analyzer-policy-hardening"));
  rmSync(join(cwd, "dist"), { recursive: true });
  writeFileSync(join(folder, "PulumiPolicy.yaml"), "runtime: hardening\n");
  return { folder, bin };
}

function seconds(bin: string, ...pack: string[]): number {
  const env = {
    ...process.env,
    ...pulumiEnvironment(state),
    PATH: [bin, join(root, "node_modules/.bin"), process.env.PATH].join(":"),
  };
  const args = ["preview", "--non-interactive", ...pack];
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(pulumiBinary, args, { cwd: root, env, encoding: "utf8" });
  if (status !== 0) throw new Error(stdout + stderr);
  return (performance.now() - start) / 1000;
}

const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

if (existsSync(state.configFile)) {
  const { folder, bin } = executable();
  seconds(bin); // warms the machine's caches up
  const rounds = Array.from({ length: 5 }, () => {
    const without = seconds(bin);
    return {
      without,
      source: seconds(bin, "--policy-pack", join(root, "policies")) - without,
      executable: seconds(bin, "--policy-pack", folder) - without,
    };
  });
  const of = (which: keyof (typeof rounds)[0]) => median(rounds.map((round) => round[which]));
  console.log(`a preview without the pack: ${of("without").toFixed(2)} s`);
  console.log(
    `the pack adds ${of("source").toFixed(2)} s from source, ${of("executable").toFixed(2)} s as an executable`,
  );
  if (of("source") > 1.5) process.exitCode = 1;
} else {
  console.log("no preview measured: run make preview first");
}

import { command } from "./check/command";
import type * as Pack from "./servePack";

/**
 * Pack and command in one file, which needs neither Node.js nor node_modules (executable.mjs makes it). Pulumi's engine
 * starts it as `pulumi-analyzer-policy-hardening ADDRESS .`, for a folder whose PulumiPolicy.yaml has the runtime
 * `hardening`; a person starts it as `hardening-policies check FILE...`.
 */
const args = process.argv.slice(2);
if (/^[\w.[\]-]+:\d+$/.test(args[0] ?? "")) {
  // Pulumi's SDK, which takes long to load.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { servePack } = require("./servePack") as typeof Pack;
  servePack();
} else {
  const { output, code } = command(args, process.env);
  process.stdout.write(output);
  process.exitCode = code;
}

import { execa } from "execa";

import { root } from "../../commands/state";

/**
 * Runs commands of a documented page in the checkout, as somebody does who pastes them into a shell; a make that these
 * tests were started by isn't there. @returns their standard output @throws when one of them fails
 */
export async function asWritten(commands: string, env: Readonly<Record<string, string>>): Promise<string> {
  const own = { MAKELEVEL: undefined, MAKEFLAGS: undefined, NODE_OPTIONS: "", ...env };
  const { stdout } = await execa("bash", ["-euo", "pipefail"], { cwd: root, input: commands, env: own });
  return stdout;
}

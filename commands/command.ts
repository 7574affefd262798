import { dirname, resolve } from "node:path";
import { parseArgs, type ParseArgsConfig } from "node:util";

import { CommandError } from "./commandError";
import { stateIn, type State } from "./state";

type Flags = Readonly<Record<string, string>>;

/** One make target: what `--help` says, its switches besides `--state`, and what it does. */
export interface Command {
  /** Name of the make target. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Switch to its explanation; each is off by default. */
  readonly flags?: Flags;
  /** Option with a value to its explanation: `{ "address URL": "where Vault is" }`. */
  readonly options?: Flags;
  /** What may follow after `--`, such as `COMMAND...`; nothing by default. */
  readonly rest?: string;
  /** @returns the exit code; nothing means 0 */
  readonly run: (context: CommandContext) => Promise<number | void>;
}

export interface CommandContext {
  readonly state: State;
  readonly flags: Readonly<Record<string, boolean>>;
  readonly options: Readonly<Record<string, string | undefined>>;
  /** The arguments after `--`. */
  readonly rest: readonly string[];
  /** False without a terminal, and in CI: then nothing is asked. */
  readonly interactive: boolean;
}

/** Every command that this process has loaded; the reference describes them. */
export const described: Command[] = [];

/** Whether this process has begun a command: it is the file that it was started with, which comes first. */
let begun = false;

/**
 * Parses the arguments, runs the command, and ends the process. An error's first line is its fix. A command that is
 * loaded by another one, or by a test, is described only.
 */
export async function main(command: Command): Promise<void> {
  described.push(command);
  if (begun || dirname(resolve(process.argv[1] ?? "")) !== __dirname) return;
  begun = true;
  process.exitCode = await outcome(command, process.argv.slice(2));
}

async function outcome(command: Command, argv: string[]): Promise<number> {
  try {
    const { values, positionals } = parse(command, argv);
    if (values["help"]) {
      console.log(help(command));
      return 0;
    }
    const state = values["state"];
    return (
      (await command.run({
        state: stateIn(typeof state === "string" ? state : undefined),
        flags: Object.fromEntries(Object.entries(values).filter(([, value]) => value === true)) as Record<
          string,
          boolean
        >,
        options: Object.fromEntries(
          Object.entries(values).filter(([, value]) => typeof value === "string"),
        ) as Record<string, string>,
        rest: positionals,
        interactive: process.stdin.isTTY === true && !process.env["CI"],
      })) ?? 0
    );
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.error(`Fix: ${error.fix}\nWhy: ${error.problem}`);
    return error.exitCode;
  }
}

function parse(command: Command, args: string[]) {
  const options: ParseArgsConfig["options"] = { state: { type: "string" }, help: { type: "boolean" } };
  for (const flag of Object.keys(command.flags ?? {})) options[flag] = { type: "boolean" };
  for (const option of Object.keys(command.options ?? {}))
    options[option.split(" ")[0]!] = { type: "string" };
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: command.rest !== undefined });
  } catch (error) {
    throw new CommandError(
      (error as Error).message,
      `see what is possible: make ${command.name} ARGS=--help`,
    );
  }
}

function help({ name, summary, flags = {}, options = {}, rest }: Command): string {
  const all: Flags = {
    ...flags,
    ...options,
    "state DIR": "where the deployment's files are (default: .state)",
    help: "this",
  };
  const width = Math.max(...Object.keys(all).map((flag) => flag.length));
  const lines = Object.entries(all).map(([flag, explanation]) => `  --${flag.padEnd(width)} ${explanation}`);
  if (rest !== undefined) lines.push(`  -- ${rest}`);
  return [`make ${name}: ${summary}`, "", `Options, as in make ${name} ARGS="--help":`, ...lines].join("\n");
}

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { version } from "pulumi/package.json";

import { CommandError } from "./commandError";
import { root, type State } from "./state";

/** The one version of CLI, launcher and SDK. */
export const pulumiVersion: string = version;

export const pulumiHome = process.env["PULUMI_HOME"] || join(homedir(), ".pulumi");

/** Where the npm package `pulumi` looks for the CLI, whoever put it there. */
export const pulumiBinary = join(pulumiHome, "versions", pulumiVersion, "bin", "pulumi");

/** What Pulumi needs to know of a state. */
export type PulumiState = Pick<
  State,
  "backendDirectory" | "passphraseFile" | "configFile" | "localConfigFile"
> & {
  readonly stack: string;
  /** Folder of its Pulumi.yaml. Default: the checkout. */
  readonly project?: string;
};

/** What makes plain `pulumi` work on the stack of this state; `make env` prints it. */
export function pulumiEnvironment(state: PulumiState): Record<string, string> {
  return {
    // Killed while it writes the metadata beside a checkpoint, which it doesn't do atomically, Pulumi reads neither again.
    PULUMI_BACKEND_URL: `file://${state.backendDirectory}?metadata=skip`,
    // A pipeline brings the passphrase itself.
    ...(!process.env["PULUMI_CONFIG_PASSPHRASE"] && { PULUMI_CONFIG_PASSPHRASE_FILE: state.passphraseFile }),
    PULUMI_STACK: state.stack,
    PULUMI_OPTION_CONFIG_FILE: state.configFile,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // A plugin that is missing is an error that names it, not a download.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    PULUMI_SUPPRESS_NEO_LINK: "true",
  };
}

export interface PulumiResult {
  readonly exitCode: number;
  readonly stdout: string;
  /** Everything it said, as it came, where `show` was set or not. */
  readonly all: string;
}

/** Goes into the stack's config with a release; there, going back replaces it. */
const releaseVariables = { IMAGE_TAG: undefined, IMAGE_DIGEST: undefined, IMAGE_REPOSITORY: undefined };

/**
 * Runs the pinned Pulumi CLI on the stack; never throws on a non-zero exit.
 *
 * @param options.input goes to its standard input, so that no secret is in an argument
 * @param options.show streams what it says to the terminal as well
 */
export async function pulumi(
  state: PulumiState,
  args: readonly string[],
  options: { readonly input?: string; readonly show?: boolean; readonly env?: Record<string, string> } = {},
): Promise<PulumiResult> {
  if (!existsSync(pulumiBinary)) {
    throw new CommandError(
      `the Pulumi CLI is not at ${pulumiBinary}`,
      "set it up: toolchain/setup.sh (make up does)",
    );
  }
  const result = await execa(pulumiBinary, ["--non-interactive", ...args], {
    cwd: state.project ?? root,
    env: { ...pulumiEnvironment(state), ...releaseVariables, ...options.env },
    localDir: root, // its hosts run the Node of node_modules/.bin
    preferLocal: true,
    input: options.input ?? "",
    reject: false,
    all: true,
    stdout: options.show ? ["pipe", "inherit"] : "pipe",
    stderr: options.show ? ["pipe", "inherit"] : "pipe",
  });
  return { exitCode: result.exitCode ?? 1, stdout: result.stdout, all: result.all };
}

/** Like {@link pulumi}, for a step that has to work: a failure becomes its cause and fix. */
export async function pulumiOrFail(
  state: PulumiState,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const result = await pulumi(state, args, input === undefined ? {} : { input });
  if (result.exitCode !== 0) throw pulumiFailure(state, `pulumi ${args.slice(0, 2).join(" ")}`, result.all);
  return result.stdout;
}

interface KnownFailure {
  readonly says: RegExp;
  readonly problem: (state: PulumiState, match: RegExpMatchArray) => string;
  readonly fix: (state: PulumiState, match: RegExpMatchArray) => string;
}

const knownFailures: readonly KnownFailure[] = [
  {
    says: /\d+ problems? in the configuration of stack '[^']*':(?:\n\s*- .*)+/,
    problem: (_, match) => match[0],
    fix: (state) =>
      `correct each: shared values in Pulumi.dev.yaml, this machine's in ${state.localConfigFile}`,
  },
  {
    says: /incorrect passphrase/,
    problem: (state) =>
      `the passphrase in ${state.passphraseFile} is not the one that encrypted ${state.configFile}`,
    fix: (state) => `put the right passphrase back into ${state.passphraseFile}`,
  },
  {
    says: /the stack is currently locked by (.*)/,
    problem: (_, match) => `another Pulumi run holds the stack: ${match[1]}`,
    fix: () => "wait for it to end, then run this again",
  },
  {
    says: /(\[mandatory\].*|policy violation.*)/i,
    problem: () => "the policy pack refused the program, before anything was changed",
    fix: () => "change what the policy violations above name",
  },
  {
    says: /(?:Bind for ([\d.]+:\d+) failed|listen tcp4? ([\d.]+:\d+): bind: address already in use)/,
    problem: (_, match) => `${match[1] ?? match[2]} is in use by another program`,
    fix: (state) => `stop that program, or choose another port in ${state.localConfigFile}`,
  },
  {
    says: /no space left on device/i,
    problem: () => "the disk is full",
    fix: () => "free some space (docker system df shows what Docker holds), then run this again",
  },
  {
    says: /(?:Cannot connect to the Docker daemon|permission denied while trying to connect to the Docker daemon)[^\n]*/,
    problem: (_, match) => match[0],
    fix: () => "start Docker (toolchain/docker.sh start), or give your user the right to use it",
  },
  {
    says: /no (?:\w+ )?(?:resource )?plugin '?([\w-]+)'?[^\n]*/,
    problem: (_, match) => match[0],
    fix: () => "install it: toolchain/setup.sh",
  },
];

/** Turns what Pulumi said into a problem and a fix; what is not known shows Pulumi's own error lines. */
export function pulumiFailure(state: PulumiState, step: string, said: string): CommandError {
  for (const { says, problem, fix } of knownFailures) {
    const match = said.match(says);
    if (match) return new CommandError(problem(state, match), fix(state, match));
  }
  const errors = said.split("\n").filter((line) => /\berror:/i.test(line));
  const cause = (errors.length > 0 ? errors : said.trim().split("\n").slice(-5)).slice(0, 5).join("\n     ");
  return new CommandError(
    `${step} failed:\n     ${cause.trim()}`,
    "solve what the error names, then run this again",
  );
}

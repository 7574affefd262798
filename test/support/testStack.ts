import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import { liveTarget } from "../../commands/liveTarget";
import { pulumi, type PulumiResult } from "../../commands/pulumi";
import { root, stateIn, type State } from "../../commands/state";
import type { Target } from "../../probes/target";
import { freePort } from "./freePort";
import { isStale, removeTestStacks, testStackName } from "./testStacks";

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A whole stack of a test's own: name, state, networks, volumes, free ports. Never another stack's. */
export class TestStack {
  private constructor(
    readonly name: string,
    readonly state: State,
    private readonly own: Readonly<Record<string, string>>,
  ) {}

  /**
   * Makes its state, beside nothing else; deploys nothing yet. Removes what crashed runs left hours ago.
   *
   * @param own configuration that it has throughout
   */
  static async create(own: Readonly<Record<string, string>> = {}): Promise<TestStack> {
    await removeTestStacks((name) => isStale(name));
    const id = randomBytes(3).toString("hex");
    const name = testStackName(process.env["APEXMCP_TEST_RUN"] ?? id, id);
    const state = stateIn(join(tmpdir(), name));
    mkdirSync(state.directory, { mode: 0o700 });
    copyFileSync(stateIn().imageLockFile, state.imageLockFile);
    const stack = new TestStack(name, state, own);
    await stack.configure({});
    return stack;
  }

  /** Writes this stack's own values, which go over the committed ones. */
  async configure(values: Record<string, string | number>): Promise<void> {
    this.ports ??= await freePorts();
    const all = { name: this.name, ...this.ports, ...this.own, ...values };
    const lines = Object.entries(all).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
    writeFileSync(this.state.localConfigFile, `${lines.join("\n")}\n`);
  }
  private ports?: Record<string, number>;

  /** Starts one of commands/, as make does. */
  start(
    command: "up" | "preview" | "deploy" | "verify" | "down" | "backup" | "restore" | "auditVerify",
    args: readonly string[] = [],
    env: Record<string, string> = {},
  ) {
    const argv = [
      "-r",
      "ts-node/register",
      `commands/${command}.ts`,
      `--state=${this.state.directory}`,
      ...args,
    ];
    return execa("node", argv, {
      cwd: root,
      // APEXMCP_TEST_RUN and Jest's own settings are the tests' business, not the command's.
      env: { CI: "true", NODE_OPTIONS: "", ...env },
      stdin: "ignore",
      reject: false,
    });
  }

  /** Runs one of commands/, as make does; a failure is a result too. */
  async run(...args: Parameters<TestStack["start"]>): Promise<CommandResult> {
    const { exitCode = 1, stdout, stderr } = await this.start(...args);
    return { exitCode, stdout, stderr };
  }

  /** Deploys; a failure throws what was said. */
  async up(): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run("up");
    if (exitCode !== 0) {
      const wrong = stdout.split("\n").filter((line) => /│ (FAIL|ERROR) +│/.test(line));
      throw new Error([`up ended with ${exitCode}`, ...wrong, stdout, stderr].join("\n"));
    }
    return stdout;
  }

  /** Plain Pulumi on this stack. */
  pulumi(args: readonly string[], input = ""): Promise<PulumiResult> {
    return pulumi(this.state, args, { input });
  }

  target(): Promise<Target> {
    return liveTarget(this.state);
  }

  /** Removes everything of this stack, deployed or half deployed, without Pulumi's help. */
  async remove(): Promise<void> {
    await removeTestStacks((name) => name === this.name);
  }
}

async function freePorts(): Promise<Record<string, number>> {
  const ports: Record<string, number> = {};
  for (const key of ["edgeHttpsPort", "edgeHttpPort", "vaultPort", "postgresPort", "zitadelPort"])
    ports[key] = await freePort();
  return ports;
}

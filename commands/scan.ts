import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import { ensureGo } from "../toolchain/goToolchain";
import { main } from "./command";
import { CommandError } from "./commandError";
import { root } from "./state";

/** Where scanners are installed, each at its version. */
const tools = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "apexmcp", "scanners");

interface Scanner {
  readonly what: string;
  /** Returns the program, installed where it wasn't. */
  readonly program: () => Promise<string>;
  readonly args: readonly string[];
  /** What it says where it could not find out. */
  readonly unreachable?: RegExp;
}

const scanners: readonly Scanner[] = [
  {
    what: "zizmor: workflows' security",
    program: () => fromPyPi("zizmor", "1.32.0"),
    args: ["--offline", "--persona=pedantic", ".github/workflows"],
  },
  {
    what: "actionlint: workflows' correctness",
    program: () => fromGo("actionlint", "github.com/rhysd/actionlint/cmd/actionlint", "v1.7.7"),
    args: ["-color=false"],
  },
  {
    what: "npm audit: known vulnerabilities of the packages that are deployed",
    program: () => Promise.resolve("npm"),
    args: ["audit", "--omit=dev"],
    unreachable: /audit endpoint returned an error/,
  },
  {
    what: "gitleaks: secrets in the whole history",
    program: () => fromGo("gitleaks", "github.com/zricethezav/gitleaks/v8", "v8.28.0"),
    args: ["git", "--no-banner", "--redact", "--config=.gitleaks.toml", "."],
  },
];

void main({
  name: "scan",
  summary: "scans workflows, dependencies and the whole history; installs the scanners it lacks",
  run: async () => {
    const problems: string[] = [];
    for (const scanner of scanners) {
      console.log(`\n${scanner.what}`);
      const verdict = await scan(scanner);
      console.log(`=> ${verdict}`);
      if (verdict !== nothing) problems.push(`${scanner.what.split(":")[0]} ${verdict}`);
    }
    if (problems.length > 0)
      throw new CommandError(problems.join(", "), "solve what is named above, then run this again");
  },
});

const nothing = "found nothing";

async function scan({ program, args, unreachable }: Scanner): Promise<string> {
  let file;
  try {
    file = await program();
  } catch (error) {
    return (error as Error).message;
  }
  const { exitCode, all } = await execa(file, args, { cwd: root, reject: false, all: true });
  console.log(all.trim());
  if (exitCode === 0) return nothing;
  return exitCode === undefined || unreachable?.test(all) ? "could not find out" : "found something";
}

async function fromPyPi(name: string, version: string): Promise<string> {
  const folder = join(tools, `${name}-${version}`);
  const program = join(folder, "bin", name);
  if (existsSync(program)) return program;
  const { exitCode } = await execa("python3", ["-c", "import ensurepip"], { reject: false });
  if (exitCode !== 0)
    await install("python3-venv", join(root, "toolchain", "apt.sh"), ["install", "python3-venv"]);
  await install(name, "python3", ["-m", "venv", folder]);
  await install(name, join(folder, "bin", "pip"), ["install", "--quiet", `${name}==${version}`]);
  return program;
}

async function fromGo(name: string, module: string, version: string): Promise<string> {
  const folder = join(tools, `${name}-${version}`);
  // Its name is that of the module's last part that is no version.
  const program = join(folder, name);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  await install(name, await ensureGo(), ["install", `${module}@${version}`], { GOBIN: folder });
  return program;
}

async function install(
  name: string,
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<void> {
  const result = await execa(command, args, { env, reject: false, all: true });
  if (result.exitCode !== 0)
    throw new CommandError(
      `${name} could not be installed: ${result.all.trim().split("\n").at(-1)}`,
      "solve what is named, then run this again",
    );
}

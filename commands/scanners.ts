import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import { ensureGo, goEnvironment } from "../toolchain/goToolchain";
import { CommandError } from "./commandError";
import { root } from "./state";

/** Where scanners are installed, each at its version. */
const tools = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "apexmcp", "scanners");

/** A program of a package of PyPI, installed where it wasn't. */
export async function fromPyPi(name: string, version: string): Promise<string> {
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

export interface GoModule {
  readonly module: string;
  readonly version: string;
  /** The program's folder in it. Default: the module's own. */
  readonly package?: string;
}

/** A program of a Go module, built where it wasn't. */
export async function fromGo(name: string, from: GoModule): Promise<string> {
  const folder = join(tools, `${name}-${from.version}`);
  const program = join(folder, name);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const env = { ...goEnvironment, GOFLAGS: `${goEnvironment.GOFLAGS} -ldflags=-s` };
  const args = ["build", "-C", await moduleFolder(from), "-o", program, from.package ?? "."];
  await install(name, await ensureGo(), args, env);
  return program;
}

/** Where Go keeps the sources of a module, which are downloaded where they weren't. */
export async function moduleFolder({ module, version }: GoModule): Promise<string> {
  const args = ["mod", "download", "-json", `${module}@${version}`];
  const said = await install(module, await ensureGo(), args, { ...goEnvironment, GOFLAGS: "" });
  return (JSON.parse(said) as { Dir: string }).Dir;
}

async function install(
  name: string,
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { exitCode, stdout, all } = await execa(command, args, { env, reject: false, all: true });
  if (exitCode !== 0)
    throw new CommandError(
      `${name} could not be installed: ${all.trim().split("\n").at(-1)}`,
      "solve what is named, then run this again",
    );
  return stdout;
}

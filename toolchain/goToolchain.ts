import { execFile } from "node:child_process";
import { chmodSync, existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { InstallError } from "./installError";

const run = promisify(execFile);

/** The Go that the modules here are built with where the machine has none as new as their go.mod asks for. */
export const goVersion = "1.26.8";

/** The environment of every Go command: what is pinned in go.mod and go.sum and nothing else, and no C compiler. */
export const goEnvironment = {
  GOTOOLCHAIN: "local",
  GOWORK: "off",
  GOFLAGS: "-mod=readonly -buildvcs=false",
  CGO_ENABLED: "0",
};

/** @returns the path of a Go that is new enough; where the machine's own is older, or there is none, gets one. */
export async function ensureGo(): Promise<string> {
  const version = await installedGo();
  if (version && isNewEnough(version)) return "go";
  if (!version) await installDebianGo();
  return downloadGo();
}

/** `1.26.8` of `go version go1.26.8 linux/amd64`, or undefined where there is no Go. */
async function installedGo(): Promise<string | undefined> {
  try {
    const { stdout } = await run("go", ["version"], { env: { ...process.env, ...goEnvironment } });
    return / go(\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = goVersion.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

async function installDebianGo(): Promise<void> {
  if (!existsSync("/etc/debian_version") || process.getuid?.() !== 0) {
    throw new InstallError(
      "there is no Go to build with",
      `install Go ${goVersion} or newer, from your system's packages or go.dev`,
    );
  }
  console.error("Installing Debian's golang-go");
  await run(path.join(__dirname, "apt.sh"), ["install", "golang-go"]);
}

/** An old Go can't build the modules, but its client of the module proxy brings a newer one. */
async function downloadGo(): Promise<string> {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  console.error(`Downloading Go ${goVersion}`);
  const module = `golang.org/toolchain@v0.0.1-go${goVersion}.${platform}`;
  const { stdout } = await run("go", ["mod", "download", "-json", module], {
    cwd: tmpdir(),
    env: { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "" },
  });
  const { Dir: folder } = JSON.parse(stdout) as { Dir: string };
  // The module cache drops the mode that makes them programs.
  for (const place of ["bin", `pkg/tool/${platform.replace("-", "_")}`]) {
    for (const name of readdirSync(path.join(folder, place)))
      chmodSync(path.join(folder, place, name), 0o555);
  }
  return path.join(folder, "bin", "go");
}

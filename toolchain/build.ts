import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, freemem } from "node:os";
import * as path from "node:path";
import { ensureGo, goEnvironment } from "./goToolchain";
import { InstallError } from "./installError";
import { buildFolder, type Part } from "./parts";
import { progressLine, reportEvery } from "./progress";
import { buildFlags, place } from "./stamp";

/** The largest package, an AWS client, takes about 3 GiB to compile; most take a tenth of that. */
const memoryPerJob = 3 * 2 ** 30;

/** How many compilers run at once. */
export const jobs = (cores: number, freeBytes: number): number =>
  Math.max(1, Math.min(cores, Math.floor(freeBytes / memoryPerJob)));

/**
 * Builds the parts and puts them at their places, each whole or not at all. All parts of a Go module are one run of
 * `go build`, so that nothing is compiled twice; modules are built side by side where there are cores for it. After
 * an interruption, what was compiled is still in Go's cache.
 */
export async function build(parts: readonly Part[]): Promise<void> {
  if (parts.length === 0) return;
  const go = await ensureGo();
  const modules = [...new Set(parts.map((part) => part.module))].map((module) =>
    parts.filter((part) => part.module === module),
  );
  const compilers = jobs(availableParallelism(), availableMemory());
  const lanes = Math.max(1, Math.min(modules.length, Math.floor(compilers / 2)));
  const perLane = Math.max(1, Math.floor(compilers / lanes));
  let built = 0;
  const lane = async () => {
    for (let group = modules.shift(); group; group = modules.shift()) {
      await buildModule(go, group, perLane, () => built, parts.length);
      built += group.length;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function buildModule(
  go: string,
  parts: readonly Part[],
  compilers: number,
  built: () => number,
  total: number,
): Promise<void> {
  const first = parts[0];
  if (!first) return;
  const title = parts.map((part) => part.title).join(", ");
  const out = path.join(buildFolder, first.module === "." ? "pulumi" : first.module);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const log = `${out}.log`;

  const start = Date.now();
  let compiled = 0;
  let downloaded = 0;
  const stop = reportEvery(() =>
    progressLine({ title, built: built(), total, compiled, downloaded, start, now: Date.now() }),
  );
  try {
    const output = openSync(log, "w");
    const args = ["build", "-v", `-p=${compilers}`, ...buildFlags(first), `-o=${out}/`];
    const run = spawn(go, [...args, ...parts.map((part) => part.package)], {
      cwd: path.join(__dirname, first.module),
      env: { ...process.env, ...goEnvironment },
      stdio: ["ignore", output, output],
    });
    closeSync(output);
    const endWithUs = () => run.kill();
    process.once("exit", endWithUs);
    const count = setInterval(() => {
      const lines = readFileSync(log, "utf8").split("\n");
      downloaded = lines.filter((line) => line.startsWith("go: downloading")).length;
      compiled = lines.length - 1 - downloaded;
    }, 1000);
    const [code] = (await once(run, "exit")) as [number | null];
    clearInterval(count);
    process.off("exit", endWithUs);
    if (code !== 0) {
      const tail = readFileSync(log, "utf8").trimEnd().split("\n").slice(-15).join("\n");
      throw new InstallError(
        `building ${title} failed:\n${tail}`,
        `see ${log}; a second run goes on where this one stopped`,
      );
    }
    for (const part of parts) {
      mkdirSync(path.dirname(part.path), { recursive: true });
      place(part, path.join(out, path.basename(part.package === "." ? part.module : part.package)));
    }
    rmSync(log);
  } finally {
    stop();
    rmSync(out, { recursive: true, force: true });
  }
}

/** Memory that can be had without swapping: Linux counts its caches in, os.freemem doesn't. */
function availableMemory(): number {
  try {
    const kib = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
    return kib ? Number(kib) * 1024 : freemem();
  } catch {
    return freemem();
  }
}

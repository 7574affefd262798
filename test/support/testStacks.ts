import { readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

/** Test stacks, their labels and their state directories are named `apexmcp-test-<seconds>-<run>-<stack>`. */
const pattern = /^apexmcp-test-(\d+)-([0-9a-f]+)-[0-9a-f]+$/;

/** Older ones are leftovers of a run that crashed; younger ones may be another run's. */
const staleAfterSeconds = 3 * 60 * 60;

/** @param run id of the test run, so that its end can remove what its tests left */
export function testStackName(run: string, stack: string, now = Date.now()): string {
  return `apexmcp-test-${Math.floor(now / 1000)}-${run}-${stack}`;
}

export function belongsToRun(name: string, run: string): boolean {
  return pattern.exec(name)?.[2] === run;
}

export function isStale(name: string, now = Date.now()): boolean {
  const created = pattern.exec(name)?.[1];
  return created !== undefined && now / 1000 - Number(created) > staleAfterSeconds;
}

/** Removes the containers, networks, volumes and state directories of the chosen test stacks, and of no other stack. */
export async function removeTestStacks(chosen: (name: string) => boolean): Promise<void> {
  const ours = (name: string) => pattern.test(name) && chosen(name);
  const list = async (...args: string[]) => {
    const { stdout } = await execa("docker", [
      ...args,
      "--filter=label=apexmcp.stack",
      '--format={{.ID}}\t{{.Label "apexmcp.stack"}}',
    ]);
    return stdout.split("\n").flatMap((line) => {
      const [id = "", name = ""] = line.split("\t");
      return ours(name) ? [id] : [];
    });
  };
  const remove = async (ids: string[], ...args: string[]) => {
    if (ids.length > 0) await execa("docker", [...args, ...ids], { reject: false });
  };
  await remove(await list("ps", "--all"), "rm", "--force", "--volumes");
  await remove(await list("network", "ls"), "network", "rm");
  const { stdout } = await execa("docker", [
    "volume",
    "ls",
    "--filter=label=apexmcp.stack",
    '--format={{.Name}}\t{{.Label "apexmcp.stack"}}',
  ]);
  const volumes = stdout.split("\n").map((line) => line.split("\t"));
  await remove(
    volumes.flatMap(([volume = "", name = ""]) => (ours(name) ? [volume] : [])),
    "volume",
    "rm",
  );
  for (const directory of readdirSync(tmpdir()).filter(ours)) {
    rmSync(join(tmpdir(), directory), { recursive: true, force: true });
  }
}

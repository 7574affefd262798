import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { readCheckpoint, type Checkpoint } from "./checkpoint";
import { CommandError } from "./commandError";
import { docker, stackContainers, stackLabel } from "./docker";
import { pulumi, pulumiFailure, pulumiOrFail } from "./pulumi";
import type { State } from "./state";

type Say = (text: string) => void;

/**
 * Makes Pulumi's state and the Docker engine agree again after an update that was cut short, a reboot, or a
 * container removed by hand, so that the deploy that follows completes. Says what it does; without a cause
 * it does nothing. Never removes a volume that has a name.
 */
export async function repair(state: State, stack: string, say: Say): Promise<void> {
  await releaseLock(state, say);
  let checkpoint = readCheckpoint(state);
  if (checkpoint.pending.length > 0) {
    say(
      `An earlier update was interrupted at: ${checkpoint.pending.map(({ urn }) => nameOf(urn)).join(", ")}`,
    );
    await forgetPending(state);
    checkpoint = readCheckpoint(state);
  }
  await removeUnknown(stack, checkpoint, say);
  await refreshMissing(state, stack, checkpoint, say);
  await startStopped(stack, say);
}

/** A lock whose process is gone is released; one whose process goes on living stops us. */
async function releaseLock(state: State, say: Say): Promise<void> {
  const directory = join(state.backendDirectory, ".pulumi", "locks", "organization", "apexmcp", state.stack);
  const locks = existsSync(directory) ? readdirSync(directory).filter((file) => file.endsWith(".json")) : [];
  for (const file of locks) {
    const lock = JSON.parse(readFileSync(join(directory, file), "utf8")) as { pid: number; hostname: string };
    if (lock.hostname !== hostname() || !(await endsSoon(lock.pid))) {
      throw new CommandError(
        `another Pulumi run holds the stack (pid ${lock.pid} on ${lock.hostname})`,
        'wait for it to end; if it is long dead: eval "$(make env)" && npx pulumi cancel --yes',
      );
    }
  }
  if (locks.length === 0) return;
  say("An earlier update was killed: releasing its lock");
  await pulumiOrFail(state, ["cancel", "--yes"]);
}

/** A killed process may still be writing for seconds on a busy disk: ten of them are its to end in. */
async function endsSoon(pid: number): Promise<boolean> {
  for (let waited = 0; waited < 10_000; waited += 200) {
    if (!isPulumi(pid)) return true;
    await sleep(200);
  }
  return false;
}

/** From /proc/<pid>/stat, `pid (name) state …`; a zombie is dead, and waits only for its parent to notice. */
function isPulumi(pid: number): boolean {
  if (!existsSync("/proc/self")) return isAlive(pid);
  try {
    const [, name, state] = /\((.*)\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return name === "pulumi" && !["Z", "X"].includes(state!);
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** What was begun and not recorded is unknown to Pulumi from here on; removeUnknown looks for it in Docker. */
async function forgetPending(state: State): Promise<void> {
  const exported = JSON.parse(await pulumiOrFail(state, ["stack", "export"])) as {
    deployment: { pending_operations?: unknown };
  };
  delete exported.deployment.pending_operations;
  await pulumiOrFail(state, ["stack", "import"], JSON.stringify(exported));
}

/** Containers and networks of this stack that Pulumi doesn't know would be in its way. */
async function removeUnknown(stack: string, { resources }: Checkpoint, say: Say): Promise<void> {
  const known = new Set(resources.map(({ id }) => id));
  const containers = (await stackContainers(stack)).filter(({ id }) => !known.has(id));
  for (const { id, name } of containers) {
    say(`Removing container ${name}, which the state doesn't know`);
    await docker("rm", "--force", "--volumes", id); // those without a name, which hold its secrets
  }
  const format = "{{.ID}}\t{{.Name}}";
  const networks = await docker(
    "network",
    "ls",
    "--no-trunc",
    `--filter=label=${stackLabel}=${stack}`,
    `--format=${format}`,
  );
  for (const line of networks.split("\n").filter((it) => it !== "")) {
    const [id = "", name = ""] = line.split("\t");
    if (known.has(id)) continue;
    say(`Removing network ${name}, which the state doesn't know`);
    await docker("network", "rm", id);
  }
}

/** What the state knows and Docker doesn't is dropped from the state, so that the deploy makes it again. */
async function refreshMissing(
  state: State,
  stack: string,
  { resources }: Checkpoint,
  say: Say,
): Promise<void> {
  const networks = await docker(
    "network",
    "ls",
    "--no-trunc",
    "--quiet",
    `--filter=label=${stackLabel}=${stack}`,
  );
  const present = new Set([...(await stackContainers(stack)).map(({ id }) => id), ...networks.split("\n")]);
  const missing = resources.filter(
    ({ type, id }) => /^docker:index\/(container|network):/.test(type) && id !== "" && !present.has(id),
  );
  if (missing.length === 0) return;
  say(`Gone from Docker, and to be made again: ${missing.map(({ urn }) => nameOf(urn)).join(", ")}`);
  const result = await pulumi(state, [
    "refresh",
    "--yes",
    "--skip-preview",
    ...missing.map(({ urn }) => `--target=${urn}`),
  ]);
  if (result.exitCode !== 0) throw pulumiFailure(state, "pulumi refresh", result.all);
}

async function startStopped(stack: string, say: Say): Promise<void> {
  const stopped = (await stackContainers(stack)).filter(
    ({ state }) => state === "exited" || state === "paused",
  );
  for (const { id, name, state } of stopped) {
    say(`Starting container ${name}, which was ${state === "paused" ? "paused" : "stopped"}`);
    await docker(state === "paused" ? "unpause" : "start", id);
  }
}

function nameOf(urn: string): string {
  return urn.split("::").pop() ?? urn;
}

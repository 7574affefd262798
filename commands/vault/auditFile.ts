import { setTimeout as sleep } from "node:timers/promises";

import { CommandError } from "../commandError";
import { docker } from "../docker";

const directory = "/vault/logs";
const file = `${directory}/audit.log`;
const reopenWithinMs = 15_000;

/** Bytes in the audit file of a Vault container. @throws CommandError when there is none */
export async function auditSize(container: string): Promise<number> {
  const size = await docker("exec", container, "stat", "-c", "%s", file).catch((error: unknown) => {
    if (error instanceof CommandError && /No such file/i.test(error.problem)) return undefined;
    throw error;
  });
  if (size !== undefined) return Number(size.trim());
  throw new CommandError(
    `the container ${container} has no ${file}`,
    "name Vault's container, and deploy first: the deployment turns the audit log on",
  );
}

/**
 * Moves the audit file aside, to a name with the time, and has Vault open a new one (SIGHUP). No request is lost: until
 * it opens the new file, Vault goes on writing to the one that was moved.
 *
 * @returns the name of the file that was moved
 */
export async function rotateAudit(container: string): Promise<string> {
  const moved = `${file}.${new Date().toISOString().replace(/[-:.]/g, "")}`;
  await docker("exec", container, "mv", "-n", file, moved);
  await docker("kill", "--signal=HUP", container);
  for (let waited = 0; waited < reopenWithinMs; waited += 200) {
    if (await exists(container, file)) return moved;
    await sleep(200);
  }
  await docker("exec", container, "mv", "-n", moved, file);
  throw new CommandError(
    `Vault opened no new ${file} within ${reopenWithinMs / 1000} s, so the old one was moved back`,
    "unseal Vault if it is sealed (make vault-unseal), see its log, then run this again",
  );
}

/** Removes all but the newest files that were moved aside. @returns the names of what was removed */
export async function dropOldAudits(container: string, keep: number): Promise<string[]> {
  const names = (await docker("exec", container, "ls", directory)).split("\n");
  const moved = names.filter((name) => /^audit\.log\.\d{8}T\d{9}Z$/.test(name)).sort();
  const old = moved.slice(0, Math.max(0, moved.length - keep)).map((name) => `${directory}/${name}`);
  if (old.length > 0) await docker("exec", container, "rm", ...old);
  return old;
}

async function exists(container: string, path: string): Promise<boolean> {
  return docker("exec", container, "test", "-e", path).then(
    () => true,
    () => false,
  );
}

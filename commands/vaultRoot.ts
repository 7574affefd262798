import { spawn } from "node:child_process";

import { awaitActive } from "../provider/vault/unseal";
import { accessorOf, revoke } from "../provider/vault/rootToken";
import { keyFingerprint } from "../provider/vault/unsealKey";
import type { CeremonyEntry } from "../provider/vault/ceremonyLog";
import { main, type CommandContext } from "./command";
import { CommandError } from "./commandError";
import { connectionOptions, withVault, type Ceremonial } from "./vault/connection";
import { currentKeys, keyBytes, keyOptions } from "./vault/keyKeeper";
import { makeRootToken } from "./vault/rootToken";

void main({
  name: "vault-root",
  summary:
    "makes a root token for one command, in its environment only, and revokes it when the command ends.",
  options: { ...connectionOptions, ...keyOptions },
  rest: "COMMAND...   run with VAULT_TOKEN, VAULT_ADDR and VAULT_CACERT; `bash` for a shell",
  run: (context) => withVault(context, (ceremonial) => runAsRoot(context, ceremonial)),
});

async function runAsRoot(
  context: CommandContext,
  { client, ceremonies, log, caFile }: Ceremonial,
): Promise<number> {
  if (context.rest.length === 0) {
    throw new CommandError("there is no command to run", 'name it: make vault-root ARGS="-- bash"');
  }
  const key = keyBytes(currentKeys(context).unsealKey);
  const { cluster_id: clusterId } = await awaitActive(client, log);
  const done = { clusterId, keyFingerprint: keyFingerprint(key) };
  const token = await makeRootToken(client, key);
  const accessor = await accessorOf(client, token);
  ceremonies.append({ event: "root token made", ...done, details: { accessor, for: context.rest[0]! } });
  try {
    for (const left of unrevoked(ceremonies.entries(), clusterId, accessor)) {
      await client.call({
        method: "PUT",
        path: "auth/token/revoke-accessor",
        token,
        body: { accessor: left },
        accept: [400, 403],
      });
      log.warn(`revoked the root token ${left}, which an interrupted vault-root had left`);
      ceremonies.append({ event: "root token revoked", ...done, details: { accessor: left } });
    }
    return await run(context.rest, {
      VAULT_TOKEN: token,
      VAULT_ADDR: client.server.address,
      VAULT_CACERT: caFile,
    });
  } finally {
    await revoke(client, token);
    ceremonies.append({ event: "root token revoked", ...done, details: { accessor } });
    console.error("root token: revoked, and refused since");
  }
}

/** Accessors of root tokens that were made and, by the log, never revoked. */
function unrevoked(entries: readonly CeremonyEntry[], clusterId: string, own: string): string[] {
  const of = (event: string) =>
    entries
      .filter((entry) => entry.clusterId === clusterId && entry.event === event)
      .map((entry) => entry.details?.["accessor"]);
  const revoked = new Set([...of("root token revoked"), own]);
  return of("root token made").filter(
    (accessor): accessor is string => accessor !== undefined && !revoked.has(accessor),
  );
}

function run([command, ...args]: readonly string[], environment: Record<string, string>): Promise<number> {
  const env: NodeJS.ProcessEnv = { ...process.env, ...environment };
  delete env["VAULT_UNSEAL_KEY"];
  delete env["VAULT_UNSEAL_KEY_NEXT"];
  const child = spawn(command!, args, { stdio: "inherit", env });
  // This process must outlive the child, to revoke the token. Ctrl-C reaches the child by itself.
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGHUP", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) =>
      reject(new CommandError(`can't run ${command} (${error.code})`, "name a command that is in PATH")),
    );
    child.once("exit", (code) => resolve(code ?? 130));
  });
}

import { existsSync } from "node:fs";

import { awaitActive } from "../provider/vault/unseal";
import { main, type CommandContext } from "./command";
import { CommandError } from "./commandError";
import { writeManifest } from "./vault/backup";
import { connectionOptions, withVault, type Ceremonial } from "./vault/connection";
import { copyOut, storageOf } from "./vault/storage";

void main({
  name: "vault-backup",
  summary: "copies Vault's storage, encrypted as it is, to a file; Vault is paused while it is copied.",
  options: {
    ...connectionOptions,
    "container NAME": "Vault's container",
    "to FILE": "the backup to write (0600), with FILE.json beside it",
  },
  run: (context) => withVault(context, (ceremonial) => backUp(context, ceremonial)),
});

async function backUp({ options }: CommandContext, { client, ceremonies, log }: Ceremonial): Promise<void> {
  const { container, to } = options;
  if (container === undefined || to === undefined) {
    throw new CommandError("--container or --to is missing", 'give both: ARGS="--container NAME --to FILE"');
  }
  if (existsSync(to)) throw new CommandError(`${to} exists already`, "name another file");
  const storage = await storageOf(container);
  const { cluster_id: clusterId, version } = await awaitActive(client, log);
  // Vault tells nobody which key it has; the log does.
  const keyFingerprint = ceremonies
    .entries()
    .filter((entry) => entry.clusterId === clusterId && entry.keyFingerprint !== undefined)
    .at(-1)?.keyFingerprint;
  const before = Date.now();
  const sha256 = await copyOut(storage, to);
  const key = keyFingerprint === undefined ? {} : { keyFingerprint };
  writeManifest(to, { time: new Date(before).toISOString(), clusterId, version, ...key, sha256 });
  ceremonies.append({ event: "backed up", clusterId, ...key, details: { sha256 } });
  console.log(
    `Vault's storage is in ${to}; Vault was paused for ${((Date.now() - before) / 1000).toFixed(1)} s`,
  );
  console.log(`cluster:      ${clusterId}`);
  console.log(`unseal key:   ${keyFingerprint ?? "the one Vault has now"}; without it the backup is useless`);
}

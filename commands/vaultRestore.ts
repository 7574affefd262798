import { awaitActive, awaitAnswer, unseal, WrongUnsealKey } from "../provider/vault/unseal";
import { keyFingerprint } from "../provider/vault/unsealKey";
import { main, type CommandContext } from "./command";
import { CommandError } from "./commandError";
import { docker } from "./docker";
import { verifiedManifest } from "./vault/backup";
import { connectionOptions, withVault, type Ceremonial } from "./vault/connection";
import { currentKeys, keyBytes, keyOptions } from "./vault/keyKeeper";
import { copyIn, storageOf } from "./vault/storage";

void main({
  name: "vault-restore",
  summary: "puts a backup into the storage of an empty Vault, and unseals it with the key it was made under.",
  options: {
    ...connectionOptions,
    ...keyOptions,
    "container NAME": "Vault's container; it is restarted",
    "from FILE": "the backup, with FILE.json beside it",
  },
  run: (context) => withVault(context, (ceremonial) => restore(context, ceremonial)),
});

async function restore(context: CommandContext, { client, ceremonies, log }: Ceremonial): Promise<void> {
  const { container, from } = context.options;
  if (container === undefined || from === undefined) {
    throw new CommandError(
      "--container or --from is missing",
      'give both: ARGS="--container NAME --from FILE"',
    );
  }
  const manifest = await verifiedManifest(from);
  const key = keyBytes(currentKeys(context).unsealKey);
  if (manifest.keyFingerprint !== undefined && manifest.keyFingerprint !== keyFingerprint(key)) {
    throw new CommandError(
      `the backup was made under the key ${manifest.keyFingerprint}, and ${keyFingerprint(key)} is given`,
      "set VAULT_UNSEAL_KEY to the key of that time; nothing was changed",
    );
  }
  const storage = await storageOf(container);
  if ((await awaitAnswer(client, log)).initialized) {
    throw new CommandError(
      `Vault in ${container} holds data already`,
      "restore into an empty one: remove its volume and deploy again; nothing was changed",
    );
  }
  await docker("stop", container);
  try {
    await copyIn(storage, from);
  } finally {
    await docker("start", container);
  }
  const status = await awaitAnswer(client, log);
  await unseal(client, status, key).catch((error: unknown) => {
    if (!(error instanceof WrongUnsealKey)) throw error;
    throw new CommandError(
      `the storage is restored, but ${keyFingerprint(key)} is not its key`,
      "unseal it with the key the backup was made under: make vault-unseal",
    );
  });
  const { cluster_id: clusterId } = await awaitActive(client, log);
  if (clusterId !== manifest.clusterId) {
    throw new CommandError(
      `the restored cluster is ${clusterId}, not ${manifest.clusterId}`,
      "take another backup",
    );
  }
  ceremonies.append({
    event: "restored",
    clusterId,
    keyFingerprint: keyFingerprint(key),
    details: { sha256: manifest.sha256, backedUp: manifest.time },
  });
  console.log(
    `Vault in ${container} holds what was backed up at ${manifest.time}, and is unsealed; cluster ${clusterId}`,
  );
}

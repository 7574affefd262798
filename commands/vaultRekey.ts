import { awaitActive, awaitAnswer } from "../provider/vault/unseal";
import { keyFingerprint } from "../provider/vault/unsealKey";
import { main, type CommandContext } from "./command";
import { CommandError } from "./commandError";
import { connectionOptions, withVault, type Ceremonial } from "./vault/connection";
import { currentKeys, keeperOptions, keepersOf, keyBytes, type KeyKeeper } from "./vault/keyKeeper";
import { isUnsealKey, prepareRekey } from "./vault/pendingRekey";

void main({
  name: "vault-rekey",
  summary:
    "gives Vault a new unseal key, keeps it where you say, and proves the old one useless; safe to repeat.",
  options: { ...connectionOptions, ...keeperOptions },
  run: (context) => withVault(context, (ceremonial) => rekey(context, ceremonial)),
});

async function rekey(context: CommandContext, { client, ceremonies, log }: Ceremonial): Promise<void> {
  const keepers = keepersOf(context);
  const { unsealKey, nextUnsealKey } = currentKeys(context);
  const { sealed } = await awaitAnswer(client, log);
  if (sealed) {
    throw new CommandError(
      `Vault at ${client.server.address} is sealed`,
      "unseal it first: make vault-unseal",
    );
  }
  const { cluster_id: clusterId } = await awaitActive(client, log);

  let current = unsealKey;
  if (
    nextUnsealKey !== undefined &&
    (await isUnsealKey(client, keyBytes(nextUnsealKey, "VAULT_UNSEAL_KEY_NEXT")))
  ) {
    log.warn("an interrupted rekey had been carried out: its key is current");
    current = nextUnsealKey;
  }
  const oldKey = keyBytes(current);
  for (const keeper of keepers) await keeper.prepare();
  const pending = await prepareRekey(client, oldKey);
  if (pending === undefined) {
    throw new CommandError(
      `the unseal key given, ${keyFingerprint(oldKey)}, is not this Vault's`,
      "set VAULT_UNSEAL_KEY to the key make vault-init or make vault-rekey made; nothing was changed",
    );
  }
  // Both keys are kept while it is open which of them is Vault's.
  try {
    await keepAll(keepers, { unsealKey: current, nextUnsealKey: pending.newKey });
  } catch (error) {
    await pending.cancel();
    throw error;
  }
  await pending.carryOut();
  await keepAll(keepers, { unsealKey: pending.newKey });

  const newKey = keyBytes(pending.newKey);
  if ((await isUnsealKey(client, oldKey)) || !(await isUnsealKey(client, newKey))) {
    throw new CommandError(
      "Vault still takes the old unseal key, or not the new one",
      "look into Vault's log",
    );
  }
  const fingerprint = keyFingerprint(newKey);
  ceremonies.append({
    event: "rekeyed",
    clusterId,
    keyFingerprint: fingerprint,
    details: { before: keyFingerprint(oldKey) },
  });
  console.log(`Vault at ${client.server.address} has a new unseal key; cluster ${clusterId}`);
  console.log(`unseal key:   ${fingerprint}, in ${keepers.map(({ place }) => place).join(" and ")}`);
  console.log(`old key:      ${keyFingerprint(oldKey)}, tried and refused`);
}

async function keepAll(keepers: readonly KeyKeeper[], keys: Parameters<KeyKeeper["keep"]>[0]): Promise<void> {
  for (const keeper of keepers) await keeper.keep(keys);
}

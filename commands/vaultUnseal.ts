import { awaitActive, awaitAnswer, unseal, WrongUnsealKey } from "../provider/vault/unseal";
import { keyFingerprint } from "../provider/vault/unsealKey";
import { main, type CommandContext } from "./command";
import { CommandError } from "./commandError";
import { connectionOptions, withVault, type Ceremonial } from "./vault/connection";
import { currentKeys, keyBytes, keyOptions } from "./vault/keyKeeper";

void main({
  name: "vault-unseal",
  summary: "unseals Vault when it is sealed, and waits until it takes writes; safe to repeat.",
  options: { ...connectionOptions, ...keyOptions },
  run: (context) => withVault(context, (ceremonial) => unsealNow(context, ceremonial)),
});

async function unsealNow(context: CommandContext, { client, ceremonies, log }: Ceremonial): Promise<void> {
  const { address } = client.server;
  const before = await awaitAnswer(client, log);
  if (!before.initialized) {
    throw new CommandError(`Vault at ${address} is not initialised`, "initialise it, once: make vault-init");
  }
  if (!before.sealed) {
    const { cluster_id } = await awaitActive(client, log);
    console.log(`Vault at ${address} is unsealed already; cluster ${cluster_id}`);
    return;
  }
  const { unsealKey, nextUnsealKey } = currentKeys(context);
  let key = keyBytes(unsealKey);
  try {
    await unseal(client, before, key);
  } catch (error) {
    if (!(error instanceof WrongUnsealKey)) throw error;
    if (nextUnsealKey === undefined) {
      throw new CommandError(
        `${error.message}: ${keyFingerprint(key)} was given`,
        "set VAULT_UNSEAL_KEY to the key make vault-init or make vault-rekey made",
      );
    }
    key = keyBytes(nextUnsealKey, "VAULT_UNSEAL_KEY_NEXT");
    await unseal(client, before, key);
    log.warn("unsealed with the next key of an interrupted rekey; finish that: make vault-rekey");
  }
  const { cluster_id: clusterId } = await awaitActive(client, log);
  ceremonies.append({ event: "unsealed", clusterId, keyFingerprint: keyFingerprint(key) });
  console.log(`Vault at ${address} is unsealed with ${keyFingerprint(key)}; cluster ${clusterId}`);
}

import { z } from "zod";

import { VaultRefused, type VaultClient } from "../../provider/vault/client";
import { CommandError } from "../commandError";

const started = z.object({ nonce: z.string() });
const updated = z.object({ keys: z.tuple([z.string()]), verification_nonce: z.string() });

/** A rekey that Vault has prepared and not yet carried out. */
export interface PendingRekey {
  readonly newKey: string;
  /** Makes the new key Vault's key. */
  carryOut(): Promise<void>;
  cancel(): Promise<void>;
}

/**
 * Asks Vault for a new 1-of-1 key, which takes effect only once it is proved to be kept (`carryOut`).
 *
 * @returns undefined when `key` isn't Vault's key
 */
export async function prepareRekey(client: VaultClient, key: Buffer): Promise<PendingRekey | undefined> {
  const body = { secret_shares: 1, secret_threshold: 1, require_verification: true };
  const { nonce } = await client
    .ask(started, { method: "PUT", path: "sys/rekey/init", body })
    .catch((error: unknown) => {
      if (error instanceof VaultRefused && /already in progress/.test(error.message)) {
        throw new CommandError(
          "somebody else's rekey is in progress, or an interrupted one",
          "wait until it is over; an interrupted one can be begun anew after ten minutes, or when Vault was restarted",
        );
      }
      throw error;
    });
  const cancel = async () => {
    await client.call({ method: "DELETE", path: "sys/rekey/init", body: { nonce } });
  };
  try {
    const { keys, verification_nonce } = await client.ask(updated, {
      method: "PUT",
      path: "sys/rekey/update",
      body: { key: key.toString("hex"), nonce },
    });
    const [newKey] = keys;
    return {
      newKey,
      cancel,
      carryOut: async () => {
        const body = { key: newKey, nonce: verification_nonce };
        await client.call({ method: "PUT", path: "sys/rekey/verify", body });
      },
    };
  } catch (error) {
    await cancel();
    if (error instanceof VaultRefused && /invalid key/.test(error.message)) return undefined;
    throw error;
  }
}

/** Whether this is Vault's unseal key, tried on the unsealed Vault without changing anything. */
export async function isUnsealKey(client: VaultClient, key: Buffer): Promise<boolean> {
  const rekey = await prepareRekey(client, key);
  await rekey?.cancel();
  return rekey !== undefined;
}

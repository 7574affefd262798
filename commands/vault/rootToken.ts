import { z } from "zod";

import { VaultRefused, type VaultClient } from "../../provider/vault/client";
import { CommandError } from "../commandError";

const attempt = z.object({ nonce: z.string(), otp: z.string() });
const generated = z.object({ complete: z.literal(true), encoded_token: z.string() });

/** Makes a root token with the unseal key. @throws CommandError when it isn't the key */
export async function makeRootToken(client: VaultClient, key: Buffer): Promise<string> {
  const { nonce, otp } = await client.ask(attempt, {
    method: "PUT",
    path: "sys/generate-root/attempt",
    body: {},
  });
  try {
    const body = { key: key.toString("hex"), nonce };
    const { encoded_token } = await client.ask(generated, {
      method: "PUT",
      path: "sys/generate-root/update",
      body,
    });
    const encoded = Buffer.from(encoded_token, "base64");
    return encoded.map((byte, index) => byte ^ otp.charCodeAt(index)).toString();
  } catch (error) {
    await client.call({ method: "DELETE", path: "sys/generate-root/attempt", body: { nonce } });
    if (error instanceof VaultRefused && /invalid key/.test(error.message)) {
      throw new CommandError(
        "the unseal key is not this Vault's",
        "set VAULT_UNSEAL_KEY to the key make vault-init or make vault-rekey made",
      );
    }
    throw error;
  }
}

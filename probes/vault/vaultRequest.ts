import { Agent, request } from "undici";
import { z } from "zod";

import type { Target } from "../target";

const sealStatus = z.object({
  initialized: z.boolean(),
  sealed: z.boolean(),
  storage_type: z.string(),
  version: z.string(),
});
export type SealStatus = z.infer<typeof sealStatus>;

/** Vault's `sys/seal-status`, which needs no token. @throws when Vault doesn't answer over verified TLS */
export async function readSealStatus({ vaultAddress, caCertificate }: Target): Promise<SealStatus> {
  const dispatcher = new Agent({ connect: { ca: caCertificate } });
  try {
    const { statusCode, body } = await request(`${vaultAddress}/v1/sys/seal-status`, { dispatcher });
    if (statusCode !== 200) throw new Error(`Vault answers ${statusCode} to sys/seal-status`);
    return sealStatus.parse(await body.json());
  } finally {
    await dispatcher.destroy();
  }
}

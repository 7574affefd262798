import { z } from "zod";

import type { VaultClient } from "../../provider/vault/client";

const answered = z.object({
  data: z.record(
    z.string(),
    z.object({ type: z.string(), options: z.record(z.string(), z.string()).nullable() }),
  ),
});

export interface AuditDevice {
  /** Such as `file/`. */
  readonly path: string;
  readonly type: string;
  readonly options: Readonly<Record<string, string>>;
}

/** The audit devices that Vault has now. */
export async function readAuditDevices(client: VaultClient, token: string): Promise<AuditDevice[]> {
  const { data } = await client.ask(answered, { method: "GET", path: "sys/audit", token });
  return Object.entries(data).map(([path, { type, options }]) => ({ path, type, options: options ?? {} }));
}

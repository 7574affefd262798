import { z } from "zod";

import type { VaultClient } from "./client";

const lookedUp = z.object({ data: z.object({ accessor: z.string() }) });

/** A token's accessor, which names it and can revoke it, but not use it. */
export async function accessorOf(client: VaultClient, token: string): Promise<string> {
  const { data } = await client.ask(lookedUp, { method: "GET", path: "auth/token/lookup-self", token });
  return data.accessor;
}

/** Revokes a token and proves it: Vault must refuse to look it up. */
export async function revoke(client: VaultClient, token: string): Promise<void> {
  await client.call({ method: "PUT", path: "auth/token/revoke-self", token });
  const { status } = await client.call({
    method: "GET",
    path: "auth/token/lookup-self",
    token,
    accept: [403],
  });
  if (status !== 403) {
    throw new Error(
      `Vault still accepts a root token that was revoked (${status}); seal Vault, and look into its log before anything else`,
    );
  }
}

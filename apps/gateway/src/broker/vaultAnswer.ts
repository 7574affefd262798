import type { z } from "zod";
import type { VaultResponse } from "./vaultConnection";

/** Vault said no to the login itself: only a new secret id helps, and trying again can lock the role. */
export class LoginRefused extends Error {}

/** What Vault answered. @throws LoginRefused, saying what was refused and what to do */
export function answer<T>({ status, body, errors }: VaultResponse, type: z.ZodType<T>, what: string): T {
  const parsed = type.safeParse(body);
  if (status === 200 && parsed.success) return parsed.data;
  throw new LoginRefused(`Vault refused (${[status, ...errors].join(", ")}) ${what}`);
}

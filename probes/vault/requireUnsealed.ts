import { fail, pass, probe } from "../probe";
import { readSealStatus } from "./vaultRequest";

/** Proves vault-seal-require-unsealed. */
export const requireUnsealed = probe("vault-seal-require-unsealed", async (target) => {
  const { sealed, initialized } = await readSealStatus(target);
  if (!initialized) return fail("Vault is not initialised");
  return sealed ? fail("Vault is sealed") : pass("Vault is unsealed");
});

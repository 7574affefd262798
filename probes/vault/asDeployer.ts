import { VaultClient, VaultRefused } from "../../provider/vault/client";
import { asDeployer as loggedIn } from "../../provider/vault/deployer";
import type { Target } from "../target";

/** Asks Vault with the rights of a deployment, over verified TLS, with a login that is revoked after it. */
export async function asDeployer<T>(
  { vaultAddress, vaultDeployerRoleId, caCertificate, secrets }: Target,
  ask: (client: VaultClient, token: string) => Promise<T>,
): Promise<T> {
  await using client = new VaultClient({ address: vaultAddress, caCertificate });
  const deployer = { roleId: vaultDeployerRoleId, secretId: secrets["VAULT_DEPLOYER_SECRET_ID"] ?? "" };
  try {
    return await loggedIn(client, deployer, (token) => ask(client, token));
  } catch (cause) {
    if (!(cause instanceof VaultRefused) || cause.status !== 403) throw cause;
    const fix =
      "bring the deployer's rights up to date: make vault-root, with make vault-deployer as its command";
    throw new Error(`${cause.message}; ${fix}`, { cause });
  }
}

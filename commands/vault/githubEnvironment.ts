import sodium from "libsodium-wrappers";
import { z } from "zod";

import { CommandError } from "../commandError";
import { callGitHub, type Fixes } from "../github/api";
import type { Deployer } from "../../provider/vault/deployer";
import type { KeyKeeper, UnsealKeys } from "./keyKeeper";

const environment = z.object({ protection_rules: z.array(z.object({ type: z.string() })).default([]) });
const publicKey = z.object({ key_id: z.string(), key: z.string() });

/**
 * The environment secrets VAULT_UNSEAL_KEY and, during a rekey, VAULT_UNSEAL_KEY_NEXT, of one GitHub repository;
 * from the initialisation on, VAULT_DEPLOYER_ROLE_ID and VAULT_DEPLOYER_SECRET_ID too.
 *
 * An environment's secret and not a repository's: everybody who may write to a repository can use the latter.
 * The environment must have required reviewers. The key leaves this process only in a box (libsodium's sealed box)
 * that GitHub alone can open. The API's address is $GITHUB_API_URL (default: github.com's), the token $GITHUB_TOKEN:
 * one that may write environments; a workflow's own may not.
 */
export class GitHubEnvironment implements KeyKeeper {
  readonly place: string;
  private readonly token: string;
  private readonly path: string;

  constructor(repository: string, name: string) {
    if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
      throw new CommandError(`${repository} is no repository`, "write it as OWNER/REPO");
    }
    if (!process.env["GITHUB_TOKEN"]) {
      throw new CommandError(
        "GITHUB_TOKEN is not set",
        "set it to a token that may write the repository's environments (fine-grained: Environments, read and write)",
      );
    }
    this.token = process.env["GITHUB_TOKEN"];
    this.path = `repos/${repository}/environments/${encodeURIComponent(name)}`;
    this.place = `the secret VAULT_UNSEAL_KEY of ${repository}'s environment ${name}`;
  }

  async prepare(): Promise<void> {
    const { protection_rules } = environment.parse(await this.call("GET", ""));
    if (!protection_rules.some(({ type }) => type === "required_reviewers")) {
      throw new CommandError(
        `${this.path} has no required reviewers, so every workflow of the repository could use the unseal key`,
        "add required reviewers to the environment in the repository's settings",
      );
    }
    await this.publicKey();
  }

  async keep({ unsealKey, nextUnsealKey }: UnsealKeys): Promise<void> {
    // In this order, so that whatever interrupts it, Vault's key is in one of the two.
    if (nextUnsealKey !== undefined) await this.put("VAULT_UNSEAL_KEY_NEXT", nextUnsealKey);
    await this.put("VAULT_UNSEAL_KEY", unsealKey);
    if (nextUnsealKey === undefined)
      await this.call("DELETE", "/secrets/VAULT_UNSEAL_KEY_NEXT", undefined, [404]);
  }

  async keepDeployer({ roleId, secretId }: Deployer): Promise<void> {
    await this.put("VAULT_DEPLOYER_ROLE_ID", roleId);
    await this.put("VAULT_DEPLOYER_SECRET_ID", secretId);
  }

  private async put(name: string, value: string): Promise<void> {
    const { key, key_id } = await this.publicKey();
    await sodium.ready;
    const box = sodium.crypto_box_seal(value, sodium.from_base64(key, sodium.base64_variants.ORIGINAL));
    const encrypted_value = sodium.to_base64(box, sodium.base64_variants.ORIGINAL);
    await this.call("PUT", `/secrets/${name}`, { encrypted_value, key_id });
  }

  private async publicKey() {
    return publicKey.parse(await this.call("GET", "/secrets/public-key"));
  }

  private call(method: "GET" | "PUT" | "DELETE", path: string, body?: object, accept: number[] = []) {
    const options = { ...(body !== undefined && { body }), accept, fixes };
    return callGitHub(this.token, method, `${this.path}${path}`, options);
  }
}

const fixes: Fixes = {
  401: "set GITHUB_TOKEN to a token that is valid",
  403: "give the token the permission Environments: read and write",
  404: "create the environment, and give the token access to the repository (Environments: read and write)",
};

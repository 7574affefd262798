import { z } from "zod";

import type { VaultClient } from "./client";

/** The AppRole credential with which a deployment configures Vault; it is no root token and reads no credential. */
export interface Deployer {
  readonly roleId: string;
  readonly secretId: string;
}

/** Its own auth method, so that nothing it manages can change or remove it. */
const mount = "deployer";

/**
 * What `components/vault/vaultConfiguration.ts` needs, and no more: the one KV engine and its settings, the policy
 * and the AppRole of the broker, and audit devices, which Vault protects with sudo. No path of a credential. And
 * what the probe of vault-token-disallow-root needs: to list tokens by their accessors, which can't be used as tokens.
 */
export const deployerPolicy = `
path "sys/mounts"                         { capabilities = ["read"] }
path "sys/mounts/connectors"              { capabilities = ["create", "read", "update"] }
path "sys/mounts/connectors/tune"         { capabilities = ["read", "update"] }
path "connectors/config"                  { capabilities = ["create", "read", "update"] }
path "sys/policies/acl/broker"            { capabilities = ["create", "read", "update", "delete"] }
path "sys/auth"                           { capabilities = ["read"] }
path "sys/auth/approle"                   { capabilities = ["create", "read", "update", "delete", "sudo"] }
path "sys/auth/approle/tune"              { capabilities = ["read", "update", "sudo"] }
path "sys/mounts/auth/approle"            { capabilities = ["read"] }
path "sys/mounts/auth/approle/tune"       { capabilities = ["read", "update"] }
path "auth/approle/role/broker"           { capabilities = ["create", "read", "update", "delete"] }
path "auth/approle/role/broker/*"         { capabilities = ["create", "read", "update", "list"] }
path "sys/audit"                          { capabilities = ["read", "sudo"] }
path "sys/audit/*"                        { capabilities = ["create", "read", "update", "delete", "sudo"] }
path "auth/token/accessors"               { capabilities = ["list", "sudo"] }
path "auth/token/lookup-accessor"         { capabilities = ["update"] }
path "auth/token/lookup-self"             { capabilities = ["read"] }
path "auth/token/renew-self"              { capabilities = ["update"] }
path "auth/token/revoke-self"             { capabilities = ["update"] }
`.trimStart();

const role = {
  bind_secret_id: true,
  secret_id_num_uses: 0,
  secret_id_ttl: 0,
  token_policies: ["deployer"],
  token_no_default_policy: true,
  token_ttl: "10m",
  token_max_ttl: "30m",
};

const login = z.object({ auth: z.object({ client_token: z.string() }) });
const roleId = z.object({ data: z.object({ role_id: z.string() }) });
const secretId = z.object({ data: z.object({ secret_id: z.string() }) });

/**
 * Gives deployments a credential of their own, so that the root token can go (article, finding 1). Repeating it
 * brings the policy up to date and adds a secret id; the older ones stay valid.
 *
 * @param token the root token
 */
export async function createDeployer(client: VaultClient, token: string): Promise<Deployer> {
  const put = (path: string, body: object) => client.call({ method: "PUT", path, token, body });
  await put("sys/policies/acl/deployer", { policy: deployerPolicy });
  const { body } = await client.call({ method: "GET", path: "sys/auth", token });
  if (!(`${mount}/` in (body as object))) {
    await put(`sys/auth/${mount}`, { type: "approle", description: "Deployments configure Vault with it" });
  }
  await put(`auth/${mount}/role/deployer`, role);
  const id = await client.ask(roleId, { method: "GET", path: `auth/${mount}/role/deployer/role-id`, token });
  const secret = await client.ask(secretId, {
    method: "PUT",
    path: `auth/${mount}/role/deployer/secret-id`,
    token,
    body: {},
  });
  return { roleId: id.data.role_id, secretId: secret.data.secret_id };
}

/** Runs `work` with a login of the deployer's, which is revoked after it. */
export async function asDeployer<T>(
  client: VaultClient,
  { roleId: role_id, secretId: secret_id }: Deployer,
  work: (token: string) => Promise<T>,
): Promise<T> {
  const { auth } = await client.ask(login, {
    method: "PUT",
    path: `auth/${mount}/login`,
    body: { role_id, secret_id },
  });
  try {
    return await work(auth.client_token);
  } finally {
    await client.call({ method: "PUT", path: "auth/token/revoke-self", token: auth.client_token });
  }
}

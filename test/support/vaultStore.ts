import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { readConfigFile } from "../../commands/configFile";
import type { State } from "../../commands/state";
import { makeRootToken } from "../../commands/vault/rootToken";
import { VaultClient } from "../../provider/vault/client";
import { readInitFile } from "../../provider/vault/initFile";
import { parseUnsealKey } from "../../provider/vault/unsealKey";

/**
 * A KV store of the tests' own in a test stack's Vault. Its token has no other right, since it may outlive a Vault that a
 * test kills, and a live root token is a finding.
 */
export class VaultStore implements AsyncDisposable {
  private constructor(
    private readonly client: VaultClient,
    private readonly token: string,
  ) {}

  /** Opens the store of an unsealed Vault, and makes it first if it isn't there. */
  static async open(state: State): Promise<VaultStore> {
    const client = connect(state);
    const key = parseUnsealKey(readInitFile(state.vaultInitFile)!.unsealKey)!;
    const root = new VaultStore(client, await makeRootToken(client, key));
    const { body } = await root.call("GET", "sys/mounts");
    if (!("durable/" in (body as object))) await root.call("PUT", "sys/mounts/durable", { type: "kv" });
    const policy = 'path "durable/*" { capabilities = ["create", "update", "read"] }';
    await root.call("PUT", "sys/policies/acl/durable", { policy });
    const created = await root.call("PUT", "auth/token/create-orphan", { policies: ["durable"], ttl: "1h" });
    await root.call("PUT", "auth/token/revoke-self");
    return new VaultStore(client, (created.body as { auth: { client_token: string } }).auth.client_token);
  }

  async write(path: string, data: object): Promise<void> {
    await this.call("PUT", `durable/${path}`, data);
  }

  async read(path: string): Promise<unknown> {
    return ((await this.call("GET", `durable/${path}`)).body as { data: unknown }).data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.call("PUT", "auth/token/revoke-self").catch(() => undefined); // sealed or killed meanwhile
    await this.client[Symbol.asyncDispose]();
  }

  private call(method: "GET" | "PUT", path: string, body?: object) {
    return this.client.call({ method, path, token: this.token, ...(body && { body }) });
  }
}

/** Whether a stack's Vault is sealed; waits until it answers. */
export async function isSealed(state: State): Promise<boolean> {
  await using client = connect(state);
  for (let attempt = 0; ; attempt++) {
    try {
      return (await client.sealStatus()).sealed;
    } catch (error) {
      if (attempt >= 100) throw error;
      await sleep(200);
    }
  }
}

function connect(state: State): VaultClient {
  const { vaultPort } = readConfigFile(state.configFile).config;
  return new VaultClient({
    address: `https://127.0.0.1:${vaultPort as string}`,
    caCertificate: readFileSync(state.caFile, "utf8"),
  });
}

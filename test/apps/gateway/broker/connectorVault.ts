import { readFileSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Agent, request } from "undici";
import { brokerPolicy } from "../../../../components/vault/brokerPolicy";
import { VaultClient } from "../../../../provider/vault/client";
import { awaitActive, awaitAnswer, unseal } from "../../../../provider/vault/unseal";
import { RealVault } from "../../../support/realVault";
import { createBrokerFiles, type BrokerFiles } from "./brokerFixture";

const silent = { progress: () => undefined, info: () => undefined, warn: () => undefined };

interface Answer {
  auth?: { client_token: string };
  wrap_info?: { token: string };
  data?: Record<string, unknown> & { secret_id?: string; role_id?: string };
}

/** A Vault server, wherever it runs. */
export interface VaultServer extends AsyncDisposable {
  readonly address: string;
  readonly caCertificate: string;
  readonly directory: string;
}

/** A real Vault with what components/vault/vaultConfiguration.ts puts in: KV v2, policy, AppRole, audit device. */
export class ConnectorVault<Server extends VaultServer = RealVault> implements AsyncDisposable {
  private readonly agent: Agent;
  private readonly client: VaultClient;
  private key = Buffer.alloc(0);
  private root = "";
  roleId = "";

  private constructor(readonly server: Server) {
    const { address, caCertificate } = server;
    this.agent = new Agent({ connect: { ca: caCertificate } });
    this.client = new VaultClient({ address, caCertificate });
  }

  /** @param login lifetimes of the broker's login, in seconds */
  static async start(login = { ttl: 1200, maximum: 86_400 }): Promise<ConnectorVault> {
    const server = await RealVault.start();
    return ConnectorVault.on(server, join(server.directory, "audit.log"), login);
  }

  /** On an empty Vault, which goes when this does. @param auditFile as Vault sees it */
  static async on<Server extends VaultServer>(
    server: Server,
    auditFile: string,
    login = { ttl: 1200, maximum: 86_400 },
  ): Promise<ConnectorVault<Server>> {
    const vault = new ConnectorVault(server);
    try {
      await awaitAnswer(vault.client, silent);
      const { unsealKey, rootToken } = await vault.client.initialise();
      vault.key = Buffer.from(unsealKey, "hex");
      vault.root = rootToken;
      await vault.unseal();
      await vault.configure(auditFile, login);
      return vault;
    } catch (error) {
      await vault[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Waits until the server answers, unseals it, waits until it serves. */
  async unseal(): Promise<void> {
    await unseal(this.client, await awaitAnswer(this.client, silent), this.key);
    await awaitActive(this.client, silent);
  }

  async seal(): Promise<void> {
    await this.call("PUT", "sys/seal");
  }

  /** As the root token. @throws when Vault refuses */
  async call(
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    body?: unknown,
    headers = {},
  ): Promise<Answer> {
    const response = await request(new URL(`/v1/${path}`, this.server.address), {
      method,
      dispatcher: this.agent,
      headers: { "x-vault-token": this.root, ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.body.text();
    if (response.statusCode >= 300) throw new Error(`${method} ${path}: ${response.statusCode} ${text}`);
    return (text === "" ? {} : JSON.parse(text)) as Answer;
  }

  async newSecretId(): Promise<string> {
    return (await this.call("POST", "auth/approle/role/broker/secret-id")).data?.secret_id ?? "";
  }

  /** A single-use token that wraps what `path` makes. */
  async newWrapped(
    path = "auth/approle/role/broker/secret-id",
    method: "POST" | "GET" = "POST",
  ): Promise<string> {
    return (await this.call(method, path, undefined, { "x-vault-wrap-ttl": "60s" })).wrap_info?.token ?? "";
  }

  /** What a deployment gives a broker of this Vault. */
  async brokerFiles(): Promise<BrokerFiles> {
    const { address, caCertificate } = this.server;
    const wrappedSecretId = await this.newWrapped();
    return createBrokerFiles({ address, caCertificate, roleId: this.roleId, wrappedSecretId });
  }

  get auditLog(): string {
    return readFileSync(this.auditFile, "utf8");
  }

  /** The disk under the audit file is full, until the returned function frees it. */
  fillAuditDisk(this: ConnectorVault): () => void {
    const kept = `${this.auditFile}.kept`;
    renameSync(this.auditFile, kept);
    symlinkSync("/dev/full", this.auditFile);
    this.server.hangUp();
    return () => {
      renameSync(kept, this.auditFile);
      this.server.hangUp();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent.destroy();
    await this.client[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }

  private get auditFile(): string {
    return join(this.server.directory, "audit.log");
  }

  private async configure(auditFile: string, login: { ttl: number; maximum: number }): Promise<void> {
    await this.call("PUT", "sys/audit/file", { type: "file", options: { file_path: auditFile } });
    await this.call("POST", "sys/mounts/connectors", { type: "kv", options: { version: "2" } });
    await this.untilMigrated(() =>
      this.call("POST", "connectors/config", { cas_required: true, max_versions: 10 }),
    );
    await this.call("PUT", "sys/policies/acl/broker", { policy: brokerPolicy });
    await this.call("POST", "sys/auth/approle", { type: "approle" });
    await this.call("POST", "auth/approle/role/broker", {
      token_policies: ["broker"],
      token_no_default_policy: true,
      token_type: "service",
      token_ttl: login.ttl,
      token_max_ttl: login.maximum,
    });
    this.roleId = (await this.call("GET", "auth/approle/role/broker/role-id")).data?.role_id ?? "";
  }

  /** A new KV v2 mount refuses everything for a moment, while it becomes one. */
  private async untilMigrated(task: () => Promise<unknown>): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await task();
        return;
      } catch (error) {
        if (tries > 50 || !(error as Error).message.includes("Upgrading")) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}

import type { FastifyBaseLogger } from "fastify";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { secretIdOf } from "./secretId";
import { answer, LoginRefused } from "./vaultAnswer";
import { VaultUnavailable, type VaultConnection } from "./vaultConnection";

export interface AppRole {
  roleId: string;
  /** The single-use token that wraps the secret id. */
  wrappedSecretId: string;
  /** Where the secret id is kept once it is unwrapped. */
  directory: string;
}

/** Milliseconds between tries while Vault is away. */
const RETRY = 250;

const login = z.object({
  auth: z.object({ client_token: z.string().min(1), lease_duration: z.number().positive() }),
});

/**
 * The broker's own Vault login (AppRole): renewed at half of its life, made anew near its maximum life or when
 * Vault no longer knows it, revoked at the end. A Vault that is away is waited for; one that refuses the login ends
 * the broker, through `onRefused`.
 */
export class VaultLogin {
  #secretId: string | undefined;
  #token: string | undefined;
  #pending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #closing = new AbortController();

  constructor(
    private readonly vault: VaultConnection,
    private readonly role: AppRole,
    private readonly log: FastifyBaseLogger,
    private readonly onRefused: (error: LoginRefused) => void,
  ) {}

  /** Logs in, waiting for as long as Vault is away. */
  async start(): Promise<void> {
    for (let waited = 0; !this.#closing.signal.aborted; waited++) {
      try {
        await this.#replace();
        return;
      } catch (error) {
        if (error instanceof LoginRefused) return;
        if (!(error instanceof VaultUnavailable)) throw error;
        if (waited === 0) this.log.warn({ reason: error.message }, "waiting for Vault");
        await sleep(RETRY, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
  }

  /** @throws VaultUnavailable before the first login */
  get token(): string {
    if (this.#token === undefined)
      throw new VaultUnavailable("failing", "the broker isn't logged in to Vault yet");
    return this.#token;
  }

  get loggedIn(): boolean {
    return this.#token !== undefined;
  }

  /** After a 403: true when Vault no longer knew the token and there is a new one. @throws LoginRefused */
  async replaceIfDead(token: string): Promise<boolean> {
    if (token !== this.#token) return true;
    const { status } = await this.vault.request({ method: "GET", path: "auth/token/lookup-self", token });
    if (status !== 403) return false;
    if (token === this.#token) await this.#replace();
    return true;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    const token = this.#token;
    this.#token = undefined;
    if (token === undefined) return;
    await this.vault.request({ method: "POST", path: "auth/token/revoke-self", token }).catch(() => {
      this.log.warn("Vault is away: the broker's login ends by its own short life");
    });
  }

  #replace(): Promise<void> {
    return (this.#pending ??= this.#login()
      .catch((error: unknown) => {
        if (error instanceof LoginRefused) this.onRefused(error);
        throw error;
      })
      .finally(() => (this.#pending = undefined)));
  }

  async #login(): Promise<void> {
    const { roleId, wrappedSecretId, directory } = this.role;
    this.#secretId ??= await secretIdOf(this.vault, wrappedSecretId, directory);
    const response = await this.vault.request({
      method: "POST",
      path: "auth/approle/login",
      body: { role_id: roleId, secret_id: this.#secretId },
    });
    const { client_token, lease_duration } = answer(
      response,
      login,
      "the broker's login: deploy a new secret id for its role (pulumi up --replace its WrappedSecretId)",
    ).auth;
    this.#token = client_token;
    this.log.info({ seconds: lease_duration }, "logged in to Vault");
    this.#schedule(lease_duration * 500, () => this.#renew(client_token, lease_duration));
  }

  async #renew(token: string, life: number): Promise<void> {
    const response = await this.vault.request({ method: "POST", path: "auth/token/renew-self", token });
    const renewed = response.status === 200 ? login.parse(response.body).auth.lease_duration : 0;
    // Near its maximum life a login is renewed by less and less.
    if (renewed < life / 2) return this.#replace();
    this.#schedule(renewed * 500, () => this.#renew(token, life));
  }

  #schedule(milliseconds: number, task: () => Promise<void>): void {
    if (this.#closing.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      task().catch((error: unknown) => {
        if (error instanceof LoginRefused) return;
        this.log.warn({ err: error }, "can't renew the login to Vault yet");
        this.#schedule(RETRY, task);
      });
    }, milliseconds);
  }
}

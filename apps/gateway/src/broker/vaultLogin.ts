import type { FastifyBaseLogger } from "fastify";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { VaultUnavailable, type VaultConnection, type VaultResponse } from "./vaultConnection";

/** A secret id, or the single-use token that wraps it. */
export type SecretId = { plain: string } | { wrapped: string };

export interface AppRole {
  roleId: string;
  secretId: SecretId;
}

/** Vault said no to the login itself: only a new secret id helps, and trying again can lock the role. */
export class LoginRefused extends Error {}

/** Where the secret id must come from, so that a wrapping token of something else isn't used. */
const CREATION_PATH = "auth/approle/role/broker/secret-id";
/** Milliseconds between tries while Vault is away. */
const RETRY = 250;

const login = z.object({
  auth: z.object({ client_token: z.string().min(1), lease_duration: z.number().positive() }),
});
const wrapping = z.object({ data: z.object({ creation_path: z.string() }) });
const unwrapped = z.object({ data: z.object({ secret_id: z.string().min(1) }) });

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
    this.#secretId ??= await this.#unwrap();
    const response = await this.vault.request({
      method: "POST",
      path: "auth/approle/login",
      body: { role_id: this.role.roleId, secret_id: this.#secretId },
    });
    const { client_token, lease_duration } = answer(
      response,
      login,
      "the broker's login: deploy a new secret id for its role",
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

  async #unwrap(): Promise<string> {
    const { secretId } = this.role;
    if ("plain" in secretId) return secretId.plain;
    const used =
      "the secret id's wrapping token: it was used before or its time is over. If this broker didn't use it, " +
      "somebody else did: revoke the role's secret ids. Then deploy a new one";
    const looked = await this.vault.request({
      method: "POST",
      path: "sys/wrapping/lookup",
      body: { token: secretId.wrapped },
    });
    if (answer(looked, wrapping, used).data.creation_path !== CREATION_PATH) {
      throw new LoginRefused(
        `the wrapping token wraps no secret id of ${CREATION_PATH}: somebody replaced it`,
      );
    }
    const response = await this.vault.request({
      method: "POST",
      path: "sys/wrapping/unwrap",
      token: secretId.wrapped,
    });
    return answer(response, unwrapped, used).data.secret_id;
  }
}

/** @throws LoginRefused, saying what was refused and what to do */
function answer<T>({ status, body, errors }: VaultResponse, type: z.ZodType<T>, what: string): T {
  const parsed = type.safeParse(body);
  if (status === 200 && parsed.success) return parsed.data;
  throw new LoginRefused(`Vault refused (${[status, ...errors].join(", ")}) ${what}`);
}

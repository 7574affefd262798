import { Agent, request } from "undici";
import { z } from "zod";

/** Where Vault is and who may vouch for it. */
export interface VaultAddress {
  /** https only. */
  readonly address: string;
  /** PEM; the only certificates trusted. */
  readonly caCertificate: string;
}

/** Nothing answers, or not in time: worth trying again. */
export class VaultUnreachable extends Error {}

/** Something answers that isn't the Vault meant: no TLS, or a certificate that the CA doesn't vouch for. */
export class VaultUntrusted extends Error {}

/** Vault answered with an error. */
export class VaultRefused extends Error {
  constructor(
    readonly operation: string,
    readonly status: number,
    readonly reasons: readonly string[],
  ) {
    super(`Vault refused ${operation} (${status}): ${reasons.join("; ") || "no reason given"}`);
  }
}

const sealStatus = z.object({
  type: z.string(),
  initialized: z.boolean(),
  sealed: z.boolean(),
  t: z.number(),
  n: z.number(),
  version: z.string(),
  cluster_id: z.string().optional(),
});
export type SealStatus = z.output<typeof sealStatus>;

const initialised = z.object({ keys: z.tuple([z.string()]), root_token: z.string() });

interface Call {
  readonly method: "GET" | "PUT" | "DELETE";
  /** Such as `sys/unseal`. */
  readonly path: string;
  readonly body?: unknown;
  readonly token?: string;
  /** Such as `10m`: the answer is only a token that gives it out once, within that time. */
  readonly wrapTtl?: string;
  /** Statuses that are an answer, not a refusal. */
  readonly accept?: readonly number[];
}

/** Vault's HTTP API, as far as this provider and the ceremonies use it. Every call is bounded to `timeoutMs`. */
export class VaultClient implements AsyncDisposable {
  private readonly agent: Agent;

  constructor(
    readonly server: VaultAddress,
    timeoutMs = 10_000,
  ) {
    this.agent = new Agent({
      connect: { ca: server.caCertificate, rejectUnauthorized: true, timeout: timeoutMs },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
  }

  async sealStatus(): Promise<SealStatus> {
    return this.ask(sealStatus, { method: "GET", path: "sys/seal-status" });
  }

  /** sys/health's status: 200 is unsealed and active, 503 sealed, 501 not initialised. */
  async health(): Promise<number> {
    const accept = [200, 429, 472, 473, 474, 500, 501, 503, 530];
    return (await this.call({ method: "GET", path: "sys/health", accept })).status;
  }

  async unseal(key: Buffer): Promise<SealStatus> {
    const body = { key: key.toString("hex") };
    return this.ask(sealStatus, { method: "PUT", path: "sys/unseal", body });
  }

  /** Initialises an empty Vault with one unseal key. Vault itself refuses one that is initialised. */
  async initialise(): Promise<{ unsealKey: string; rootToken: string }> {
    const body = { secret_shares: 1, secret_threshold: 1 };
    const { keys, root_token } = await this.ask(initialised, { method: "PUT", path: "sys/init", body });
    return { unsealKey: keys[0], rootToken: root_token };
  }

  /** Calls Vault and parses what it answers. */
  async ask<T>(type: z.ZodType<T>, call: Call): Promise<T> {
    const { body } = await this.call(call);
    const parsed = type.safeParse(body);
    if (!parsed.success) {
      throw new VaultUntrusted(
        `what answers at ${this.server.address} is not Vault's API; set the address of Vault's listener`,
      );
    }
    return parsed.data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent.destroy();
  }

  /** Calls Vault where the answer's body doesn't matter, or its status does. */
  async call(call: Call): Promise<{ status: number; body: unknown }> {
    const { statusCode, text } = await this.send(call).catch((error: unknown) => {
      throw this.connectionFailure(error);
    });
    const body = parseJson(text);
    if (statusCode >= 300 && !call.accept?.includes(statusCode)) {
      throw new VaultRefused(call.path, statusCode, refusalReasons(body));
    }
    return { status: statusCode, body };
  }

  private async send({
    method,
    path,
    body,
    token,
    wrapTtl,
  }: Call): Promise<{ statusCode: number; text: string }> {
    const response = await request(new URL(`/v1/${path}`, this.server.address), {
      method,
      dispatcher: this.agent,
      headers: {
        "X-Vault-Request": "true",
        ...(token !== undefined && { "X-Vault-Token": token }),
        ...(wrapTtl !== undefined && { "X-Vault-Wrap-TTL": wrapTtl }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { statusCode: response.statusCode, text: await response.body.text() };
  }

  private connectionFailure(error: unknown): Error {
    const { code = "", message } = error as NodeJS.ErrnoException;
    const { address } = this.server;
    if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
      return new VaultUntrusted(
        `the certificate of ${address} is for another name (${message}); use a name or address that it holds`,
      );
    }
    if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
      return new VaultUntrusted(
        `the certificate of ${address} is out of its time (${code}); issue a new one`,
      );
    }
    if (/CERT|ISSUER|LEAF_SIGNATURE/.test(code)) {
      return new VaultUntrusted(
        `the given CA doesn't vouch for the certificate of ${address} (${code}); give the CA that issued it`,
      );
    }
    if (code === "EPROTO" || code.startsWith("ERR_SSL")) {
      return new VaultUntrusted(
        `${address} doesn't speak TLS (${code}); give Vault's listener its certificate (tls_disable is not supported)`,
      );
    }
    return new VaultUnreachable(`Vault doesn't answer at ${address} (${code || message})`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusalReasons(body: unknown): string[] {
  const parsed = z.object({ errors: z.array(z.string()) }).safeParse(body);
  return parsed.success ? parsed.data.errors.map((reason) => reason.replace(/\s+/g, " ").trim()) : [];
}

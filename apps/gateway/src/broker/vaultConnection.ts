import { Pool } from "undici";
import { z } from "zod";
import { withDeadline } from "../deadline";

/** Milliseconds. Connecting is on a local network; the whole covers the wait for a free connection too. */
const CONNECT_TIMEOUT = 1000;
const TIMEOUT = 5000;
const CONNECTIONS = 16;
/** Milliseconds; Vault itself closes idle connections after five minutes. Short, and a quiet broker's every read pays for a TLS handshake. */
const KEEP_ALIVE = 120_000;
/** Bytes; more than any credential, with its JSON escapes and Vault's envelope. */
const RESPONSE_LIMIT = 1024 * 1024;

/** Vault can't serve now and may later: it is sealed, doesn't answer, or fails. */
export class VaultUnavailable extends Error {
  constructor(
    readonly state: "sealed" | "unreachable" | "failing",
    message: string,
  ) {
    super(message);
  }
}

export interface VaultRequest {
  method: "GET" | "POST" | "DELETE";
  /** Below /v1/. */
  path: string;
  token?: string;
  body?: unknown;
  /** Shows in Vault's audit log (it audits x-correlation-id by default). */
  correlation?: string;
}

/** `errors` are Vault's own, which never hold a secret. */
export interface VaultResponse {
  status: number;
  body: unknown;
  errors: string[];
}

const failure = z.object({ errors: z.array(z.string()) });
const health = z.object({ sealed: z.literal(true) });

/** Kept-alive connections to one Vault, whose certificate the given CA must vouch for. Everything is bounded. */
export class VaultConnection {
  readonly #pool: Pool;

  constructor(address: string, certificateAuthority: string) {
    this.#pool = new Pool(address, {
      connections: CONNECTIONS,
      keepAliveTimeout: KEEP_ALIVE,
      connect: { ca: certificateAuthority, minVersion: "TLSv1.2", timeout: CONNECT_TIMEOUT },
      headersTimeout: TIMEOUT,
      bodyTimeout: TIMEOUT,
      maxResponseSize: RESPONSE_LIMIT,
    });
  }

  /** @throws VaultUnavailable when Vault doesn't answer, is sealed, or answers with 429 or 5xx */
  async request({ method, path, token, body, correlation }: VaultRequest): Promise<VaultResponse> {
    let status: number;
    let text: string;
    try {
      [status, text] = await withDeadline(TIMEOUT, async (signal) => {
        const response = await this.#pool.request({
          method,
          path: `/v1/${path}`,
          headers: {
            "x-vault-request": "true",
            ...(token !== undefined && { "x-vault-token": token }),
            ...(correlation !== undefined && { "x-correlation-id": correlation }),
          },
          body: body === undefined ? null : JSON.stringify(body),
          signal,
        });
        return [response.statusCode, await response.body.text()];
      });
    } catch (error) {
      const { code, name } = error as NodeJS.ErrnoException;
      throw new VaultUnavailable("unreachable", `Vault doesn't answer (${code ?? name})`);
    }
    const answer = parseJson(text);
    const errors = failure.safeParse(answer).data?.errors ?? [];
    if (errors.includes("Vault is sealed") || (status === 503 && health.safeParse(answer).success)) {
      throw new VaultUnavailable("sealed", "Vault is sealed");
    }
    if (status >= 500 || status === 429) {
      throw new VaultUnavailable(
        "failing",
        `Vault fails (${[status, ...errors].join(": ").replace(/\s+/g, " ")})`,
      );
    }
    return { status, body: answer, errors };
  }

  /** Why Vault can't be used, or undefined. Asks without a token, so it leaves nothing in the audit log. */
  async problem(): Promise<string | undefined> {
    try {
      const { status } = await this.request({ method: "GET", path: "sys/health" });
      return status === 200 ? undefined : `Vault is in standby (${status})`;
    } catch (error) {
      if (error instanceof VaultUnavailable) return error.message;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

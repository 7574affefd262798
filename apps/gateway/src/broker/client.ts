import { randomUUID } from "node:crypto";
import { Pool } from "undici";
import { z } from "zod";
import { RequestTokenSigner } from "../tokens/requestToken";
import type { AuditWriter, CredentialAction } from "./audit";
import {
  AUDIENCE,
  credentialPath,
  GATEWAY,
  PROBLEM_TYPE,
  problems,
  storedCredential,
  writtenCredential,
  type CredentialName,
  type CredentialWrite,
  type ProblemCode,
  type StoredCredential,
} from "./protocol";

/** Milliseconds: longer than the broker waits for Vault, so that the broker's answer comes first. */
const TIMEOUT = 8000;
const RESPONSE_LIMIT = 1024 * 1024;

/** The broker said no (its problem's code), or wasn't there, or isn't the broker. Nothing was retried. */
export class BrokerError extends Error {
  constructor(
    readonly code: ProblemCode | "broker-unreachable" | "broker-unknown-answer",
    detail: string,
    /** Seconds. */
    readonly retryAfter?: number,
  ) {
    super(`${code}: ${detail}`);
  }
}

export interface CredentialClientOptions {
  /** As in https://broker:8090. */
  address: string;
  /** PEM of the CA that must vouch for the broker's certificate. */
  certificateAuthority: string;
  /** VAULT_JWT_SECRET. */
  secret: string;
  audit: AuditWriter;
}

const problem = z.object({
  type: z
    .string()
    .startsWith(PROBLEM_TYPE)
    .transform((type) => type.slice(PROBLEM_TYPE.length)),
  detail: z.string(),
});

/**
 * The gateway's way to connectors' credentials. Each request is put in the audit log, then gets a token of its
 * own, signed right before it is sent. It never retries: the caller knows whether that is safe.
 */
export class CredentialClient {
  readonly #pool: Pool;
  readonly #signer: RequestTokenSigner;

  constructor(private readonly options: CredentialClientOptions) {
    this.#pool = new Pool(options.address, {
      connections: 16,
      connect: { ca: options.certificateAuthority, minVersion: "TLSv1.3", timeout: 1000 },
      headersTimeout: TIMEOUT,
      bodyTimeout: TIMEOUT,
      maxResponseSize: RESPONSE_LIMIT,
    });
    this.#signer = new RequestTokenSigner(options.secret, GATEWAY, AUDIENCE);
  }

  /** Undefined when the connector has no credential. @param caller the agent or user on whose behalf. @throws BrokerError */
  async read(name: CredentialName, caller: string): Promise<StoredCredential | undefined> {
    try {
      return storedCredential.parse(await this.#request("credential.read", "GET", name, caller));
    } catch (error) {
      if (error instanceof BrokerError && error.code === "no-credential") return undefined;
      throw error;
    }
  }

  /** The new version. @throws BrokerError `version-conflict` when `write.version` isn't the present one */
  async write(name: CredentialName, write: CredentialWrite, caller: string): Promise<number> {
    return writtenCredential.parse(await this.#request("credential.write", "PUT", name, caller, write))
      .version;
  }

  /** With all its versions, for good. @throws BrokerError */
  async delete(name: CredentialName, caller: string): Promise<void> {
    await this.#request("credential.delete", "DELETE", name, caller);
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #request(
    action: CredentialAction,
    method: "GET" | "PUT" | "DELETE",
    name: CredentialName,
    caller: string,
    json?: CredentialWrite,
  ): Promise<unknown> {
    const path = `/v1/credentials/${credentialPath(name)}`;
    const body = json && Buffer.from(JSON.stringify(json));
    const access = { action, ...name, caller, requestId: randomUUID() };
    await this.options.audit.write({ ...access, outcome: "requested" });
    try {
      return await this.#send({ method, path, body }, access.requestId);
    } catch (error) {
      const reason = error instanceof BrokerError ? error.code : "internal";
      await this.options.audit.write({ ...access, outcome: "failed", reason });
      throw error;
    }
  }

  async #send(
    request: { method: "GET" | "PUT" | "DELETE"; path: string; body?: Buffer | undefined },
    id: string,
  ) {
    const { token } = this.#signer.sign(request, id);
    const { status, text, retryAfter } = await this.#pool
      .request({
        method: request.method,
        path: request.path,
        headers: {
          authorization: `Bearer ${token}`,
          ...(request.body && { "content-type": "application/json" }),
        },
        body: request.body ?? null,
        signal: AbortSignal.timeout(TIMEOUT),
      })
      .then(async ({ statusCode, headers, body }) => ({
        status: statusCode,
        text: await body.text(),
        retryAfter: Number(headers["retry-after"]) || undefined,
      }))
      .catch((error: unknown) => {
        const { code, name } = error as NodeJS.ErrnoException;
        throw new BrokerError("broker-unreachable", `the credential broker doesn't answer (${code ?? name})`);
      });
    if (status === 204) return undefined;
    const answer = parseJson(text);
    if (status === 200 && answer !== undefined) return answer;
    const { success, data } = problem.safeParse(answer);
    if (success && isProblemCode(data.type)) throw new BrokerError(data.type, data.detail, retryAfter);
    throw new BrokerError(
      "broker-unknown-answer",
      `what answers with ${status} is not the credential broker`,
    );
  }
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

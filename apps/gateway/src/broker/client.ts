import { randomUUID } from "node:crypto";
import { Pool } from "undici";
import { z } from "zod";
import { withDeadline } from "../deadline";
import { RequestTokenSigner } from "../tokens/requestToken";
import type { AuditWriter, CredentialAction } from "./audit";
import {
  AUDIENCE,
  credentialPath,
  GATEWAY,
  isCredentialName,
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

  /**
   * Undefined when the connector has no credential.
   * @param caller the agent or user on whose behalf
   * @throws BrokerError
   */
  async read(name: CredentialName, caller: string): Promise<StoredCredential | undefined> {
    return this.#audited("credential.read", name, caller, async (id) => {
      try {
        return await this.#send({ method: "GET", path: pathOf(name) }, id, storedCredential);
      } catch (error) {
        if (error instanceof BrokerError && error.code === "no-credential") return undefined;
        throw error;
      }
    });
  }

  /** The new version. @throws BrokerError `version-conflict` when `write.version` isn't the present one */
  async write(name: CredentialName, write: CredentialWrite, caller: string): Promise<number> {
    const body = Buffer.from(JSON.stringify(write));
    return this.#audited("credential.write", name, caller, async (id) => {
      const answer = await this.#send({ method: "PUT", path: pathOf(name), body }, id, writtenCredential);
      return answer.version;
    });
  }

  /** With all its versions, for good. @throws BrokerError */
  async delete(name: CredentialName, caller: string): Promise<void> {
    await this.#audited("credential.delete", name, caller, (id) =>
      this.#send({ method: "DELETE", path: pathOf(name) }, id, z.undefined()),
    );
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #audited<T>(
    action: CredentialAction,
    name: CredentialName,
    caller: string,
    access: (requestId: string) => Promise<T>,
  ): Promise<T> {
    const { organisation, connector } = name;
    if (!isCredentialName(name)) throw new RangeError("not the name of a connector's credential");
    const record = { action, organisation, connector, caller, requestId: randomUUID() };
    await this.options.audit.write({ ...record, outcome: "requested" });
    try {
      return await access(record.requestId);
    } catch (error) {
      const reason = error instanceof BrokerError ? error.code : "internal";
      await this.options.audit.write({ ...record, outcome: "failed", reason });
      throw error;
    }
  }

  async #send<T>(request: BrokerRequest, id: string, type: z.ZodType<T>): Promise<T> {
    const { status, text, retryAfter } = await this.#exchange(request, id);
    const json = text === "" ? undefined : parseJson(text);
    const answer = type.safeParse(json);
    if ((status === 200 || status === 204) && answer.success) return answer.data;
    const { success, data } = problem.safeParse(json);
    if (success && isProblemCode(data.type)) throw new BrokerError(data.type, data.detail, retryAfter);
    throw new BrokerError(
      "broker-unknown-answer",
      `what answers with ${status} is not the credential broker`,
    );
  }

  async #exchange({ method, path, body }: BrokerRequest, id: string) {
    const { token } = this.#signer.sign({ method, path, body }, id);
    try {
      return await withDeadline(TIMEOUT, async (signal) => {
        const response = await this.#pool.request({
          method,
          path,
          headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
          body: body ?? null,
          signal,
        });
        return {
          status: response.statusCode,
          text: await response.body.text(),
          retryAfter: Number(response.headers["retry-after"]) || undefined,
        };
      });
    } catch (error) {
      const { code, name } = error as NodeJS.ErrnoException;
      throw new BrokerError("broker-unreachable", `the credential broker doesn't answer (${code ?? name})`);
    }
  }
}

interface BrokerRequest {
  method: "GET" | "PUT" | "DELETE";
  path: string;
  body?: Buffer;
}

function pathOf(name: CredentialName): string {
  return `/v1/credentials/${credentialPath(name)}`;
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

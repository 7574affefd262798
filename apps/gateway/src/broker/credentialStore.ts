import { z } from "zod";
import { Problem } from "./problem";
import { credentialPath, storedCredential, type CredentialName, type StoredCredential } from "./protocol";
import { LoginRefused } from "./vaultAnswer";
import {
  VaultUnavailable,
  type VaultConnection,
  type VaultRequest,
  type VaultResponse,
} from "./vaultConnection";
import type { VaultLogin } from "./vaultLogin";

/** Where Vault mounts the KV v2 engine whose every secret is a connector's credential. */
const MOUNT = "connectors";
const RETRY_AFTER = 1;

const readAnswer = z
  .object({ data: z.object({ data: z.unknown(), metadata: z.object({ version: z.number() }) }) })
  .transform(({ data }) => ({ version: data.metadata.version, credential: data.data }))
  .pipe(storedCredential);
const writeAnswer = z.object({ data: z.object({ version: z.number().int() }) });

/** Connectors' credentials in Vault, each at `connectors/<organisation>/<connector>`. Every error is a `Problem`. */
export class CredentialStore {
  constructor(
    private readonly vault: VaultConnection,
    private readonly login: VaultLogin,
  ) {}

  /** @param correlation the request's id, which Vault's audit log then holds */
  async read(name: CredentialName, correlation: string): Promise<StoredCredential> {
    const path = `${MOUNT}/data/${credentialPath(name)}`;
    const response = await this.#call({ method: "GET", path, correlation });
    if (response.status === 404) throw new Problem("no-credential", "write one first");
    return expectAnswer(response, readAnswer);
  }

  /** The new version; `version-conflict` when the present one isn't `version` (check-and-set, 0: there is none). */
  async write(
    name: CredentialName,
    { version, credential }: { version: number; credential: StoredCredential["credential"] },
    correlation: string,
  ): Promise<number> {
    const path = `${MOUNT}/data/${credentialPath(name)}`;
    const body = { options: { cas: version }, data: credential };
    const response = await this.#call({ method: "POST", path, body, correlation });
    if (response.status === 400 && response.errors.some((error) => error.includes("check-and-set"))) {
      throw new Problem("version-conflict", "read the credential, then write with its version");
    }
    return expectAnswer(response, writeAnswer).data.version;
  }

  /** With all its versions, for good. Deleting what isn't there succeeds. */
  async delete(name: CredentialName, correlation: string): Promise<void> {
    const path = `${MOUNT}/metadata/${credentialPath(name)}`;
    const response = await this.#call({ method: "DELETE", path, correlation });
    if (response.status !== 204) throw refused(response);
  }

  async #call(request: VaultRequest): Promise<VaultResponse> {
    try {
      const { token } = this.login;
      const response = await this.vault.request({ ...request, token });
      // Refused, so nothing was done, and doing it again is safe for a write too.
      if (response.status !== 403 || !(await this.login.replaceIfDead(token))) return response;
      return await this.vault.request({ ...request, token: this.login.token });
    } catch (error) {
      if (error instanceof LoginRefused)
        throw new Problem("vault-refused", "the broker must be deployed again");
      if (!(error instanceof VaultUnavailable)) throw error;
      const code = error.state === "sealed" ? "vault-sealed" : "vault-unavailable";
      const advice =
        request.method !== "GET" && error.state !== "sealed"
          ? "whether it was changed is not known: read the credential before trying again"
          : "try again";
      throw new Problem(code, `${error.message}; ${advice}`, RETRY_AFTER);
    }
  }
}

function expectAnswer<T>(response: VaultResponse, type: z.ZodType<T>): T {
  const parsed = type.safeParse(response.body);
  if (response.status === 200 && parsed.success) return parsed.data;
  throw refused(response);
}

function refused({ status, errors }: VaultResponse): Problem {
  const said = errors.length > 0 ? errors.join(", ") : "it holds no credential of ours there";
  return new Problem("vault-refused", `Vault answered ${status}: ${said.replace(/\s+/g, " ")}`);
}

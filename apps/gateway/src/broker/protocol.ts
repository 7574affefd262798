import { z } from "zod";

/** `aud` of a request token: only the credential broker accepts it. */
export const AUDIENCE = "apexmcp-credential-broker";
/** `sub` of a request token: the one service whose tokens the broker accepts. */
export const GATEWAY = "apexmcp-gateway";

/** Bytes of a request's body, at most. */
export const BODY_LIMIT = 64 * 1024;

export interface CredentialName {
  organisation: string;
  connector: string;
}

const name = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Both names are 1 to 63 of a-z, 0-9 and inner hyphens: nothing that a URL or Vault reads as more than a name. */
export function isCredentialName({ organisation, connector }: CredentialName): boolean {
  return name.test(organisation) && name.test(connector);
}

/** `<organisation>/<connector>`. @throws RangeError on any other name, before it gets into a path */
export function credentialPath(credential: CredentialName): string {
  if (!isCredentialName(credential)) throw new RangeError("not the name of a connector's credential");
  return `${credential.organisation}/${credential.connector}`;
}

const field = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const FIELD_LENGTH = 32 * 1024;

/** A connector's credential: named texts, e.g. `{ "apiKey": "…" }`. z.record would drop a `__proto__` silently. */
export const credentialFields = z.custom<Record<string, string>>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(value).every(
      ([key, text]) => field.test(key) && typeof text === "string" && text.length <= FIELD_LENGTH,
    ),
);

/** The version counts the writes since the credential was made. */
export const storedCredential = z.object({
  version: z.number().int().min(1),
  credential: credentialFields,
});
export type StoredCredential = z.infer<typeof storedCredential>;

/** `version` is the one this write replaces, 0 when there must be none: of two writers one gets a conflict. */
export const credentialWrite = z.strictObject({
  version: z.number().int().min(0),
  credential: credentialFields,
});
export type CredentialWrite = z.infer<typeof credentialWrite>;

export const writtenCredential = z.object({ version: z.number().int().min(1) });

/** Every way in which the broker says no (RFC 9457); the code is the end of the problem's `type`. */
export const problems = {
  "bad-request": { status: 400, title: "The request can't be read" },
  "invalid-name": { status: 400, title: "Not the name of a connector's credential" },
  "invalid-body": { status: 400, title: "Not a credential" },
  "token-refused": { status: 401, title: "The request token was refused" },
  "no-credential": { status: 404, title: "The connector has no credential" },
  "no-route": { status: 404, title: "There is nothing here" },
  "version-conflict": { status: 409, title: "The credential has another version" },
  "too-large": { status: 413, title: "The body is too large" },
  "not-json": { status: 415, title: "The body is not application/json" },
  internal: { status: 500, title: "The broker failed" },
  "vault-refused": { status: 502, title: "Vault refused the broker" },
  "vault-sealed": { status: 503, title: "Vault is sealed" },
  "vault-unavailable": { status: 503, title: "Vault can't be used" },
  overloaded: { status: 503, title: "Too many requests in the last minute" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

export const PROBLEM_TYPE = "urn:apexmcp:problem:";

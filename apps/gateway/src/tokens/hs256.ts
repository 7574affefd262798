import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from "node:crypto";

export type Claims = Readonly<Record<string, unknown>>;

/** `header` also covers another `alg`, `typ` or any further header parameter; `form` an encoding that isn't ours. */
export type SignatureProblem = "size" | "header" | "signature" | "form";

export type Verification = { ok: true; claims: Claims } | { ok: false; reason: SignatureProblem };

const MINIMUM_SECRET_BYTES = 32;
const MAXIMUM_TOKEN_LENGTH = 4096;
const SIGNATURE_LENGTH = 43;

/**
 * Compact HS256 JWTs (RFC 7515, RFC 7519) of one key and one kind, with node:crypto alone. Article finding 7.
 *
 * A token verifies only if it is byte for byte what `sign` makes from its claims. The header is one constant
 * text, so there is no algorithm to choose (RFC 8725 section 3.1), no `kid`, `jwk`, `jku`, `x5c` or `crit` to
 * follow (3.10), and a token of another kind is refused by its `typ` (3.11). Padding, trailing bits, white space
 * and duplicate keys all differ from what `sign` makes.
 */
export class Hs256 {
  readonly #key: KeyObject;
  readonly #header: string;

  /**
   * @param secret at least 32 bytes (RFC 7518 section 3.2)
   * @param type the `typ` of the header: one value for each kind of token
   * @throws RangeError when the secret is too short
   */
  constructor(secret: string, type: string) {
    const bytes = Buffer.from(secret);
    if (bytes.length < MINIMUM_SECRET_BYTES) {
      throw new RangeError(
        `an HS256 secret needs at least ${MINIMUM_SECRET_BYTES} bytes, not ${bytes.length}`,
      );
    }
    this.#key = createSecretKey(bytes);
    this.#header = `${encode({ alg: "HS256", typ: type })}.`;
  }

  /** @throws RangeError when the token would be longer than `verify` accepts */
  sign(claims: Claims): string {
    const input = this.#header + encode(claims);
    const token = `${input}.${this.#signature(input)}`;
    if (token.length > MAXIMUM_TOKEN_LENGTH) throw new RangeError("the claims make a token that is too long");
    return token;
  }

  /** Form and signature only: what the claims mean, times included, is for the caller to check. */
  verify(token: string): Verification {
    if (token.length > MAXIMUM_TOKEN_LENGTH) return { ok: false, reason: "size" };
    if (!token.startsWith(this.#header)) return { ok: false, reason: "header" };
    const dot = token.length - SIGNATURE_LENGTH - 1;
    if (dot < this.#header.length || token[dot] !== ".") return { ok: false, reason: "signature" };

    // The encoded texts are compared, so a signature has one spelling; UTF-8, so that no other character folds to ours.
    const given = Buffer.from(token.slice(dot + 1));
    const expected = Buffer.from(this.#signature(token.slice(0, dot)));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      return { ok: false, reason: "signature" };
    }
    const claims = decode(token.slice(this.#header.length, dot));
    return claims === undefined ? { ok: false, reason: "form" } : { ok: true, claims };
  }

  #signature(input: string): string {
    return createHmac("sha256", this.#key).update(input).digest("base64url");
  }
}

function encode(value: Claims): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decode(segment: string): Claims | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(segment, "base64url").toString());
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return encode(value as Claims) === segment ? (value as Claims) : undefined;
}

import { hash, randomUUID } from "node:crypto";
import { Hs256, type Claims, type SignatureProblem } from "./hs256";
import { ReplayStore, type ReplayProblem } from "./replayStore";

/** Seconds from `iat` to `exp`; a longer life is refused even if signed. */
export const LIFETIME = 60;
/** Seconds by which the clocks of signer and verifier may differ. */
export const CLOCK_SKEW = 5;

const TYPE = "apexmcp-request+jwt";
const CLAIM_NAMES = ["iat", "nbf", "exp", "jti", "aud", "sub", "request_sha256"];

/** What a token is bound to: it is good for this one request only. */
export interface BoundRequest {
  method: string;
  /** The request target as sent: path and query. */
  path: string;
  body?: Uint8Array | undefined;
}

export type RequestTokenProblem =
  | SignatureProblem
  | ReplayProblem
  /** A claim is missing, of the wrong type, or one too many. */
  | "claims"
  | "lifetime"
  | "not-yet-valid"
  | "audience"
  | "subject"
  | "other-request"
  | "issued-before-start";

export type RequestTokenVerification =
  { ok: true; subject: string; id: string } | { ok: false; reason: RequestTokenProblem };

type Clock = () => number;

interface RequestClaims {
  iat: number;
  nbf: number;
  exp: number;
  jti: string;
  aud: string;
  sub: string;
  request_sha256: string;
}

/** Signs a token for each request, right before it is sent. Article finding 7. */
export class RequestTokenSigner {
  readonly #jwt: Hs256;

  /** @param subject the service that signs; @param audience the service that is to accept the token */
  constructor(
    secret: string,
    private readonly subject: string,
    private readonly audience: string,
    /** Milliseconds since 1970. */
    private readonly clock: Clock = Date.now,
  ) {
    this.#jwt = new Hs256(secret, TYPE);
  }

  /**
   * @param id the token's `jti`, under which the request is found in every log: a new random UUID for each token
   */
  sign(request: BoundRequest, id: string = randomUUID()): { token: string; id: string } {
    const now = Math.floor(this.clock() / 1000);
    const claims = {
      iat: now,
      nbf: now,
      exp: now + LIFETIME,
      jti: id,
      aud: this.audience,
      sub: this.subject,
      request_sha256: hashRequest(request),
    } satisfies RequestClaims;
    return { token: this.#jwt.sign(claims), id };
  }
}

/**
 * Accepts each token once, for the request it was signed for. Keep one instance in one process: it holds the ids
 * of used tokens in memory, so it refuses tokens issued before its own start, whose use it can't know about.
 */
export class RequestTokenVerifier {
  readonly #jwt: Hs256;
  readonly #subjects: ReadonlySet<string>;
  readonly #start: number;

  constructor(
    secret: string,
    private readonly audience: string,
    subjects: readonly string[],
    private readonly clock: Clock = Date.now,
    private readonly used: ReplayStore = new ReplayStore(),
  ) {
    this.#jwt = new Hs256(secret, TYPE);
    this.#subjects = new Set(subjects);
    this.#start = Math.floor(clock() / 1000);
  }

  verify(token: string, request: BoundRequest): RequestTokenVerification {
    const verified = this.#jwt.verify(token);
    if (!verified.ok) return verified;
    const { claims } = verified;
    if (!isRequestClaims(claims)) return { ok: false, reason: "claims" };
    const now = this.clock() / 1000;
    const reason =
      this.#problem(claims, request, now) ?? this.used.take(claims.jti, claims.exp + CLOCK_SKEW, now);
    return reason === undefined ? { ok: true, subject: claims.sub, id: claims.jti } : { ok: false, reason };
  }

  #problem(claims: RequestClaims, request: BoundRequest, now: number): RequestTokenProblem | undefined {
    const { iat, nbf, exp } = claims;
    if (exp <= iat || exp - iat > LIFETIME || nbf < iat || nbf >= exp) return "lifetime";
    if (exp + CLOCK_SKEW <= now) return "expired";
    if (nbf - CLOCK_SKEW > now) return "not-yet-valid";
    if (iat <= this.#start) return "issued-before-start";
    if (claims.aud !== this.audience) return "audience";
    if (!this.#subjects.has(claims.sub)) return "subject";
    if (claims.request_sha256 !== hashRequest(request)) return "other-request";
    return undefined;
  }
}

function isRequestClaims(claims: Claims): claims is Claims & RequestClaims {
  return (
    Object.keys(claims).length === CLAIM_NAMES.length &&
    Number.isSafeInteger(claims["iat"]) &&
    Number.isSafeInteger(claims["nbf"]) &&
    Number.isSafeInteger(claims["exp"]) &&
    typeof claims["jti"] === "string" &&
    /^[0-9a-f-]{36}$/.test(claims["jti"]) &&
    typeof claims["aud"] === "string" &&
    typeof claims["sub"] === "string" &&
    typeof claims["request_sha256"] === "string"
  );
}

/** SHA-256, base64url, of the method, a line end, the path, a line end and the body; neither name can hold a line end. */
function hashRequest({ method, path, body }: BoundRequest): string {
  if (method.includes("\n") || path.includes("\n")) throw new RangeError("a method or path holds a line end");
  const line = `${method}\n${path}\n`;
  // One call for the whole text costs half of what a Hash object does.
  return hash("sha256", body === undefined ? line : Buffer.concat([Buffer.from(line), body]), "base64url");
}

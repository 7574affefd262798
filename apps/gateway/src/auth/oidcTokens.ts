import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload } from "jose";
import { rootCertificates } from "node:tls";
import { Agent, fetch } from "undici";
import { Problem } from "../problems";
import type { Grant } from "./grant";
import type { Resources } from "./resources";

export interface OidcSettings {
  /** As tokens name it in `iss`. */
  issuer: string;
  /** One that every token must have in `aud`: the id of the project or application at the identity provider. */
  audience: string;
  /** Where the provider's keys are: the operator's own setting, so it may be an internal address. */
  jwksUrl: string;
  /** PEM, beside the well-known ones. */
  certificateAuthority: string;
}

export type OidcTokenProblem = "signature" | "claims" | "expired" | "not-yet-valid" | "issuer" | "audience";

/** Signatures with a private key only: with HS256, whoever verifies could also sign. */
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"];
const CLOCK_SKEW = 5;
const MAXIMUM_LENGTH = 8192;
const KEYS_SIZE = 256 * 1024;
/** Milliseconds. Keys are asked for again after the first, and for an unknown key at most once in the second. */
const KEYS_AGE = 600_000;
const KEYS_COOLDOWN = 30_000;
const KEYS_TIMEOUT = 3000;

/** Zitadel's claims: the organisation a user belongs to, and the roles that organisations grant in a project. */
const ORGANISATION = "urn:zitadel:iam:user:resourceowner:id";
const roleClaims = (project: string) => [
  "urn:zitadel:iam:org:project:roles",
  `urn:zitadel:iam:org:project:${project}:roles`,
];

/**
 * Verifies access tokens of an identity provider, Zitadel, by its published keys. A role that has a scope's name, as in
 * `connectors:read` or `mcp:github`, is that scope; the user's organisation there is one of ours that is linked to it.
 * Zitadel knows no resource indicators (RFC 8707), so one token serves every resource for which its user has a role.
 */
export class OidcTokens {
  readonly #agent: Agent;
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;

  /** @param organisationOf our id of the organisation linked to one of the provider's */
  constructor(
    private readonly settings: OidcSettings,
    private readonly resources: Resources,
    private readonly organisationOf: (identityOrganisation: string) => Promise<string | undefined>,
  ) {
    this.#agent = new Agent({
      connect: { ca: [...rootCertificates, settings.certificateAuthority], timeout: KEYS_TIMEOUT },
      maxResponseSize: KEYS_SIZE,
    });
    this.#keys = createRemoteJWKSet(new URL(settings.jwksUrl), {
      cacheMaxAge: KEYS_AGE,
      cooldownDuration: KEYS_COOLDOWN,
      timeoutDuration: KEYS_TIMEOUT,
      [customFetch]: async (url, { method, redirect, signal }) =>
        (await fetch(url, { method, redirect, signal, dispatcher: this.#agent })) as unknown as Response,
    });
  }

  /**
   * @param resource the one that the token is presented to
   * @throws Problem `unavailable` when the provider's keys, or the database, can't be had
   */
  async verify(token: string, resource: string): Promise<Grant | OidcTokenProblem> {
    if (token.length > MAXIMUM_LENGTH) return "signature";
    const claims = await this.#claims(token);
    if (typeof claims === "string") return claims;
    const { sub, [ORGANISATION]: organisation } = claims;
    // An ID token tells an application who logged in; it is no permission to call anybody.
    const isIdToken = ["nonce", "at_hash", "c_hash"].some((name) => claims[name] !== undefined);
    if (isIdToken || !isName(sub) || !isName(organisation)) return "claims";
    const organisationId = await this.organisationOf(organisation);
    if (organisationId === undefined) return "claims";
    const scopes =
      this.resources.scopesAt(resource, rolesOf(claims, organisation, this.settings.audience)) ?? [];
    return { actor: `user:${sub}`, organisationId, resource, scopes };
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }

  async #claims(token: string): Promise<JWTPayload | OidcTokenProblem> {
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        algorithms: ALGORITHMS,
        issuer: this.settings.issuer,
        audience: this.settings.audience,
        clockTolerance: CLOCK_SKEW,
        requiredClaims: ["sub", "iat", "exp"],
      });
      return payload;
    } catch (error) {
      return problemOf(error);
    }
  }
}

function problemOf(error: unknown): OidcTokenProblem {
  if (error instanceof errors.JWTExpired) return "expired";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "iss") return "issuer";
    if (error.claim === "aud") return "audience";
    return error.claim === "nbf" ? "not-yet-valid" : "claims";
  }
  const ofToken = [
    errors.JWSInvalid,
    errors.JWTInvalid,
    errors.JWSSignatureVerificationFailed,
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
  ].some((type) => error instanceof type);
  if (ofToken) return "signature";
  const problem = new Problem("unavailable", "the identity provider's keys can't be had; try again later", {
    "retry-after": "5",
  });
  problem.cause = error;
  throw problem;
}

/** Roles as `{"<role>": {"<organisation>": "<its domain>"}}`; only what the user's own organisation grants counts. */
function rolesOf(claims: JWTPayload, organisation: string, project: string): string[] {
  return roleClaims(project).flatMap((name) =>
    Object.entries((claims[name] ?? {}) as Record<string, unknown>).flatMap(([role, grantedBy]) =>
      typeof grantedBy === "object" && grantedBy !== null && Object.hasOwn(grantedBy, organisation)
        ? [role]
        : [],
    ),
  );
}

/** An id as it can stand in the audit log. */
function isName(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]{1,150}$/.test(value);
}

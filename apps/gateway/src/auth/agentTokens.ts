import { randomUUID } from "node:crypto";
import { z } from "zod";
import { Hs256, type Verification } from "../tokens/hs256";
import type { Grant } from "./grant";

/** Seconds from issue to expiry: as long as a disabled agent, or a leaked token, still gets in. */
export const AGENT_TOKEN_LIFETIME = 300;
/** Seconds by which the clocks of two replicas may differ. */
const CLOCK_SKEW = 5;
/** Verified tokens that are remembered; beyond them, the one that was verified longest ago is forgotten. */
const REMEMBERED = 5000;
/** RFC 9068. */
const TYPE = "at+jwt";

export type AgentTokenProblem = "signature" | "claims" | "expired" | "not-yet-valid" | "issuer" | "audience";

const claims = z.strictObject({
  iss: z.string(),
  sub: z.uuid(),
  client_id: z.uuid(),
  org: z.uuid(),
  aud: z.string(),
  scope: z.string(),
  iat: z.number().int(),
  exp: z.number().int(),
  jti: z.uuid(),
});

type Claims = z.infer<typeof claims>;

/** Issues and verifies agents' access tokens: HS256 JWTs, short-lived, each for one resource. Article finding 3. */
export class AgentTokens {
  readonly #current: Hs256;
  readonly #previous: Hs256 | undefined;
  /** An agent sends its token with each request. What depends on the time and the resource is checked each time. */
  readonly #verified = new Map<string, Claims>();

  /** @param secrets `previous` still verifies, so that a changed secret locks no agent out */
  constructor(
    secrets: { current: string; previous?: string | undefined },
    private readonly issuer: string,
    /** Milliseconds since 1970. */
    private readonly clock: () => number = Date.now,
  ) {
    this.#current = new Hs256(secrets.current, TYPE);
    this.#previous = secrets.previous === undefined ? undefined : new Hs256(secrets.previous, TYPE);
  }

  issue({ agentId, organisationId, resource, scopes }: Omit<Grant, "actor"> & { agentId: string }): string {
    const now = Math.floor(this.clock() / 1000);
    return this.#current.sign({
      iss: this.issuer,
      sub: agentId,
      client_id: agentId,
      org: organisationId,
      aud: resource,
      scope: scopes.join(" "),
      iat: now,
      exp: now + AGENT_TOKEN_LIFETIME,
      jti: randomUUID(),
    } satisfies Claims);
  }

  /** @param resource the one that the token is presented to */
  verify(token: string, resource: string): Grant | AgentTokenProblem {
    const data = this.#verified.get(token) ?? this.#read(token);
    if (typeof data === "string") return data;
    const now = this.clock() / 1000;
    if (data.exp <= now) return "expired";
    if (data.iat > now + CLOCK_SKEW) return "not-yet-valid";
    if (data.iss !== this.issuer) return "issuer";
    if (data.aud !== resource) return "audience";
    const scopes = data.scope.split(" ").filter(Boolean);
    return { actor: `agent:${data.sub}`, organisationId: data.org, resource, scopes };
  }

  #read(token: string): Claims | AgentTokenProblem {
    const verified = this.#verifySignature(token);
    if (!verified.ok) return "signature";
    const { success, data } = claims.safeParse(verified.claims);
    if (!success || data.exp - data.iat > AGENT_TOKEN_LIFETIME || data.sub !== data.client_id)
      return "claims";
    this.#verified.set(token, data);
    if (this.#verified.size > REMEMBERED) this.#verified.delete(this.#verified.keys().next().value!);
    return data;
  }

  #verifySignature(token: string): Verification {
    const verified = this.#current.verify(token);
    return verified.ok || this.#previous === undefined ? verified : this.#previous.verify(token);
  }
}

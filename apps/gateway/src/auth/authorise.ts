import type { FastifyReply, FastifyRequest } from "fastify";
import type { AuditEntry } from "../audit/auditLog";
import type { Budget } from "../limits/budget";
import type { OpenRequests } from "../limits/openRequests";
import { Problem, type ProblemCode } from "../problems";
import type { AgentTokens } from "./agentTokens";
import type { Grant } from "./grant";
import type { OidcTokens } from "./oidcTokens";
import type { Resources } from "./resources";
import { covers, permits } from "./scopes";

interface Refusal {
  code: ProblemCode;
  advice: string;
  /** For the audit log. */
  reason: string;
  /** The challenge's own, as in `, error="invalid_token"`. */
  error: string;
  resource: string;
  scope: string;
  who?: Pick<AuditEntry, "organisationId" | "actor" | "tool">;
}

interface Limits {
  agent: Budget;
  connector: Budget;
  open: OpenRequests;
}
type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Lets a request pass with a bearer token for the resource and the scope, within its agent's limits. */
export class Authorise {
  constructor(
    private readonly tokens: AgentTokens,
    private readonly resources: Resources,
    private readonly limits: Limits,
    private readonly oidc?: OidcTokens,
  ) {}

  /** An onRequest hook for /api: whoever may not pass costs no reading of a body. */
  api(scope: string): Hook {
    return async (request, reply) => {
      request.grant = await this.#require(request, this.resources.api, scope);
      await this.#limit(request, reply, request.grant);
    };
  }

  /**
   * An onRequest hook for /mcp/:connector: any scope there lets a request in; `insufficientScope` is for a message
   * that needs more.
   */
  connector(name: (request: FastifyRequest) => string): Hook {
    return async (request, reply) => {
      const connector = name(request);
      const resource = this.resources.connector(connector);
      if (this.resources.connectorOf(resource) === undefined)
        throw new Problem("not-found", "there is no connector of this name");
      const whole = `mcp:${connector}`;
      const holds = (held: readonly string[]) =>
        held.some((scope) => covers(scope, whole) || covers(whole, scope));
      request.grant = await this.#require(request, resource, whole, holds);
      await this.#limit(request, reply, request.grant);
      await this.limits.connector(request, `${request.grant.organisationId}/${connector}`);
    };
  }

  /** The refusal of a request that passed, but not for this. */
  insufficientScope(request: FastifyRequest, scope: string, tool?: string): Problem {
    return this.#insufficient(this.grantOf(request), scope, tool);
  }

  /** Of a request that passed. */
  grantOf({ grant }: FastifyRequest): Grant {
    if (grant === undefined) throw new Error("a route without authorisation asked for a grant");
    return grant;
  }

  /**
   * The token's grant.
   * @throws Problem 401 or 403 with the challenge of RFC 6750 and RFC 9728
   */
  async #require(
    request: FastifyRequest,
    resource: string,
    scope: string,
    holds = (held: readonly string[]) => permits(held, scope),
  ): Promise<Grant> {
    const refusal = (code: ProblemCode, advice: string, reason: string, error = "") =>
      this.#refusal({ code, advice, reason, error, resource, scope });

    // A URL ends up in logs and histories (RFC 6750 section 5.3).
    if (Object.hasOwn(request.query as object, "access_token"))
      throw refusal("bad-request", "send the token in the Authorization header", "token in the URL");
    const token = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined) throw refusal("unauthenticated", "get a token from /oauth/token", "no token");
    let grant: Grant | string = this.tokens.verify(token, resource);
    // Not one of ours: the two kinds can't be mistaken for each other, since ours have one constant header.
    if (grant === "signature" && this.oidc) grant = await this.oidc.verify(token, resource);
    if (typeof grant === "string") {
      const error = `, error="invalid_token", error_description="${grant}"`;
      throw refusal("unauthenticated", `get a new token (${grant})`, grant, error);
    }
    if (!holds(grant.scopes)) throw this.#insufficient(grant, scope);
    return grant;
  }

  async #limit(request: FastifyRequest, reply: FastifyReply, { actor }: Grant): Promise<void> {
    this.limits.open.take(actor, reply);
    await this.limits.agent(request, actor);
  }

  #insufficient(grant: Grant, scope: string, tool?: string): Problem {
    const { resource, organisationId, actor } = grant;
    return this.#refusal({
      ...{ code: "forbidden", advice: `get a token with the scope ${scope}`, reason: "scope" },
      ...{ error: ', error="insufficient_scope"', resource, scope, who: { organisationId, actor, tool } },
    });
  }

  /** With the challenge of RFC 6750 and RFC 9728. */
  #refusal({ code, advice, reason, error, resource, scope, who }: Refusal): Problem {
    const metadata = this.resources.metadata(resource);
    return new Problem(
      code,
      advice,
      { "www-authenticate": `Bearer resource_metadata="${metadata}", scope="${scope}"${error}` },
      {
        ...who,
        action: "request.authorise",
        connector: this.resources.connectorOf(resource),
        detail: { reason, scope },
      },
    );
  }
}

import type { FastifyRequest } from "fastify";
import type { AuditLog } from "../audit/auditLog";
import type { Budget } from "../limits/budget";
import { Problem } from "../problems";
import type { AgentGrant, AgentTokens } from "./agentTokens";
import type { Resources } from "./resources";
import { permits } from "./scopes";

/** Lets a request pass with a bearer token for the resource and the scope, within its agent's budget. */
export class Authorise {
  readonly #grants = new WeakMap<FastifyRequest, AgentGrant>();

  constructor(
    private readonly tokens: AgentTokens,
    private readonly resources: Resources,
    private readonly audit: AuditLog,
    private readonly agentBudget: Budget,
  ) {}

  /** An onRequest hook for /api: whoever may not pass costs no reading of a body. */
  api(scope: string): (request: FastifyRequest) => Promise<void> {
    return async (request) => {
      this.#grants.set(request, await this.#require(request, this.resources.api, scope));
    };
  }

  /** Of a request that passed. */
  grantOf(request: FastifyRequest): AgentGrant {
    const grant = this.#grants.get(request);
    if (grant === undefined) throw new Error("a route without authorisation asked for a grant");
    return grant;
  }

  /**
   * The token's grant.
   * @throws Problem 401 or 403 with the challenge of RFC 6750 and RFC 9728, once it is in the audit log; or 429
   */
  async #require(request: FastifyRequest, resource: string, scope: string): Promise<AgentGrant> {
    const challenge = (error = "") => ({
      "www-authenticate": `Bearer resource_metadata="${this.resources.metadata(resource)}", scope="${scope}"${error}`,
    });
    const refuse = async (problem: Problem, reason: string, grant?: AgentGrant): Promise<never> => {
      await this.audit.record({
        organisationId: grant?.organisationId,
        actor: grant ? `agent:${grant.agentId}` : "system:anonymous",
        action: "request.authorise",
        connector: this.resources.connectorOf(resource),
        outcome: "refused",
        requestId: request.id,
        detail: { reason, scope, address: request.ip },
      });
      throw problem;
    };

    // A URL ends up in logs and histories (RFC 6750 section 5.3).
    if (Object.hasOwn(request.query as object, "access_token"))
      return refuse(
        new Problem("bad-request", "send the token in the Authorization header"),
        "token in the URL",
      );
    const token = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined)
      return refuse(new Problem("unauthenticated", "get a token from /oauth/token", challenge()), "no token");
    const grant = this.tokens.verify(token, resource);
    if (typeof grant === "string") {
      const headers = challenge(`, error="invalid_token", error_description="${grant}"`);
      return refuse(new Problem("unauthenticated", `get a new token (${grant})`, headers), grant);
    }
    if (!permits(grant.scopes, scope)) {
      const headers = challenge(', error="insufficient_scope"');
      return refuse(new Problem("forbidden", `get a token with the scope ${scope}`, headers), "scope", grant);
    }
    await this.agentBudget(request, grant.agentId);
    return grant;
  }
}

import type { FastifyRequest } from "fastify";
import type { Budget } from "../limits/budget";
import { Problem, type ProblemCode } from "../problems";
import type { AgentTokens } from "./agentTokens";
import type { Grant } from "./grant";
import type { Resources } from "./resources";
import { permits } from "./scopes";

/** Lets a request pass with a bearer token for the resource and the scope, within its agent's budget. */
export class Authorise {
  constructor(
    private readonly tokens: AgentTokens,
    private readonly resources: Resources,
    private readonly agentBudget: Budget,
  ) {}

  /** An onRequest hook for /api: whoever may not pass costs no reading of a body. */
  api(scope: string): (request: FastifyRequest) => Promise<void> {
    return async (request) => {
      request.grant = await this.#require(request, this.resources.api, scope);
    };
  }

  /** Of a request that passed. */
  grantOf({ grant }: FastifyRequest): Grant {
    if (grant === undefined) throw new Error("a route without authorisation asked for a grant");
    return grant;
  }

  /**
   * The token's grant.
   * @throws Problem 401 or 403 with the challenge of RFC 6750 and RFC 9728, or 429
   */
  async #require(request: FastifyRequest, resource: string, scope: string): Promise<Grant> {
    const connector = this.resources.connectorOf(resource);
    const refusal = (code: ProblemCode, advice: string, reason: string, error = "", grant?: Grant) =>
      new Problem(
        code,
        advice,
        {
          "www-authenticate": `Bearer resource_metadata="${this.resources.metadata(resource)}", scope="${scope}"${error}`,
        },
        {
          ...(grant && { organisationId: grant.organisationId, actor: grant.actor }),
          action: "request.authorise",
          connector,
          detail: { reason, scope },
        },
      );

    // A URL ends up in logs and histories (RFC 6750 section 5.3).
    if (Object.hasOwn(request.query as object, "access_token"))
      throw refusal("bad-request", "send the token in the Authorization header", "token in the URL");
    const token = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined) throw refusal("unauthenticated", "get a token from /oauth/token", "no token");
    const grant = this.tokens.verify(token, resource);
    if (typeof grant === "string") {
      const error = `, error="invalid_token", error_description="${grant}"`;
      throw refusal("unauthenticated", `get a new token (${grant})`, grant, error);
    }
    if (!permits(grant.scopes, scope)) {
      const error = ', error="insufficient_scope"';
      throw refusal("forbidden", `get a token with the scope ${scope}`, "scope", error, grant);
    }
    await this.agentBudget(request, grant.actor);
    return grant;
  }
}

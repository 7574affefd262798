import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Pool } from "pg";
import type { AuditLog } from "../audit/auditLog";
import type { Refusals } from "../audit/refusals";
import { AGENT_TOKEN_LIFETIME, type AgentTokens } from "../auth/agentTokens";
import { authenticateAgent, type Agent } from "../auth/agents";
import type { Resources } from "../auth/resources";
import { permits } from "../auth/scopes";
import { databaseAnswer } from "../database/answer";

interface Dependencies {
  pool: Pool;
  tokens: AgentTokens;
  resources: Resources;
  audit: AuditLog;
  refusals: Refusals;
}

/** An answer of RFC 6749 section 5.2. */
class TokenRefused extends Error {
  constructor(
    readonly code:
      "invalid_request" | "invalid_client" | "invalid_scope" | "invalid_target" | "unsupported_grant_type",
    readonly description: string,
    readonly agent?: Agent,
  ) {
    super(code);
  }
}

const BODY_LIMIT = 16 * 1024;

const text = { type: "string" };
const refused = {
  type: "object",
  description: "Refused",
  properties: { error: text, error_description: text },
};
const tokenSchema = {
  tags: ["oauth"],
  summary: "Get an access token for one resource",
  description: "Client credentials (RFC 6749), in the form or by HTTP Basic, for a resource (RFC 8707)",
  consumes: ["application/x-www-form-urlencoded"],
  body: {
    type: "object",
    required: ["grant_type", "resource"],
    properties: {
      grant_type: { type: "string", const: "client_credentials" },
      resource: { type: "string", description: "<PUBLIC_URL>/api, or <PUBLIC_URL>/mcp/<connector>" },
      scope: text,
      client_id: text,
      client_secret: text,
    },
  },
  response: {
    200: {
      type: "object",
      properties: { access_token: text, token_type: text, expires_in: { type: "integer" }, scope: text },
    },
    400: refused,
    401: refused,
  },
};

/** POST /oauth/token: client credentials (RFC 6749 section 4.4) for one resource (RFC 8707). */
export function registerTokenRoute(
  app: FastifyInstance,
  { pool, tokens, resources, audit, refusals }: Dependencies,
): void {
  void app.register((scope, _options, done) => {
    scope.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string", bodyLimit: BODY_LIMIT },
      (_request, body, parsed) => parsed(null, new URLSearchParams(body.toString())),
    );
    // The schema is for OpenAPI: a form is refused in OAuth's own terms.
    scope.setValidatorCompiler(() => () => true);
    scope.post("/oauth/token", { schema: tokenSchema }, async (request, reply) => {
      try {
        const form = formOf(request);
        const { id, secret } = clientOf(request, form);
        const agent = await databaseAnswer(authenticateAgent(pool, id, secret));
        if (agent === undefined) throw new TokenRefused("invalid_client", "no client has this id and secret");
        const grant = grantOf(form, agent, resources);
        await audit.record({
          organisationId: agent.organisationId,
          actor: `agent:${agent.id}`,
          action: "token.issue",
          connector: resources.connectorOf(grant.resource),
          outcome: "succeeded",
          requestId: request.id,
          detail: { scope: grant.scopes.join(" "), address: request.ip },
        });
        return await reply.send({
          access_token: tokens.issue({ agentId: agent.id, organisationId: agent.organisationId, ...grant }),
          token_type: "Bearer",
          expires_in: AGENT_TOKEN_LIFETIME,
          scope: grant.scopes.join(" "),
        });
      } catch (error) {
        if (!(error instanceof TokenRefused)) throw error;
        await refusals.record({
          organisationId: error.agent?.organisationId,
          actor: error.agent ? `agent:${error.agent.id}` : "system:anonymous",
          action: "token.issue",
          requestId: request.id,
          detail: { reason: error.code, address: request.ip },
        });
        if (error.code === "invalid_client")
          reply.code(401).header("www-authenticate", 'Basic realm="/oauth/token"');
        else reply.code(400);
        return reply.send({ error: error.code, error_description: error.description });
      }
    });
    done();
  });
}

/** The body's parameters, none of them given twice. */
function formOf({ body }: FastifyRequest): Map<string, string> {
  if (!(body instanceof URLSearchParams))
    throw new TokenRefused("invalid_request", "send application/x-www-form-urlencoded");
  const form = new Map<string, string>();
  for (const [name, value] of body) {
    if (form.has(name) && name === "resource")
      throw new TokenRefused("invalid_target", "ask for one resource");
    if (form.has(name)) throw new TokenRefused("invalid_request", "send each parameter once");
    form.set(name, value);
  }
  if (form.get("grant_type") !== "client_credentials")
    throw new TokenRefused("unsupported_grant_type", "send grant_type=client_credentials");
  return form;
}

/** client_secret_basic or client_secret_post, and not both. */
function clientOf({ headers }: FastifyRequest, form: Map<string, string>): { id: string; secret: string } {
  const basic = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(headers.authorization ?? "")?.[1];
  const [id, secret] = [form.get("client_id"), form.get("client_secret")];
  if (headers.authorization === undefined && id && secret) return { id, secret };
  if (basic === undefined || secret !== undefined)
    throw new TokenRefused("invalid_client", "send the client's id and secret, in one way");
  const [user = "", ...rest] = Buffer.from(basic, "base64").toString().split(":");
  if (id !== undefined && id !== user) throw new TokenRefused("invalid_client", "the two client ids differ");
  return { id: user, secret: rest.join(":") };
}

function grantOf(
  form: Map<string, string>,
  agent: Agent,
  resources: Resources,
): { resource: string; scopes: string[] } {
  const resource = form.get("resource");
  if (resource === undefined)
    throw new TokenRefused("invalid_target", "send resource=<the URL the token is for>", agent);
  const asked = form.get("scope")?.split(" ").filter(Boolean);
  if (asked?.some((scope) => !permits(agent.scopes, scope)))
    throw new TokenRefused("invalid_scope", "the client may not have this scope", agent);
  const scopes = resources.scopesAt(resource, asked ?? agent.scopes);
  if (scopes === undefined)
    throw new TokenRefused(
      "invalid_target",
      `send ${resources.api} or ${resources.publicUrl}/mcp/<connector>`,
      agent,
    );
  if (scopes.length === 0)
    throw new TokenRefused("invalid_scope", "the client has no scope at this resource", agent);
  return { resource, scopes };
}

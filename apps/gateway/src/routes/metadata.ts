import type { FastifyInstance } from "fastify";
import { answers } from "../answerSchemas";
import type { Resources } from "../auth/resources";
import { Problem } from "../problems";

const texts = { type: "array", items: { type: "string" } };
const resourceSchema = {
  tags: ["oauth"],
  summary: "A protected resource's metadata (RFC 9728)",
  response: answers(200, {
    type: "object",
    properties: {
      resource: { type: "string" },
      authorization_servers: texts,
      scopes_supported: texts,
      bearer_methods_supported: texts,
    },
  }),
};
const serverSchema = {
  tags: ["oauth"],
  summary: "The authorization server's metadata (RFC 8414)",
  response: answers(200, {
    type: "object",
    properties: {
      issuer: { type: "string" },
      authorization_endpoint: { type: "string" },
      token_endpoint: { type: "string" },
      grant_types_supported: texts,
      response_types_supported: texts,
      token_endpoint_auth_methods_supported: texts,
    },
  }),
};

/**
 * Where a client learns which authorization server gives tokens for what: RFC 9728 for each resource, whether or not
 * there is such a connector, and RFC 8414 for the server itself.
 *
 * @param identityProvider the issuer of the tokens that are accepted beside our own
 */
export function registerMetadataRoutes(
  app: FastifyInstance,
  resources: Resources,
  identityProvider?: string,
): void {
  const describe = (resource: string, scopes: string[]) => ({
    resource,
    authorization_servers: [resources.publicUrl, ...(identityProvider ? [identityProvider] : [])],
    scopes_supported: scopes,
    bearer_methods_supported: ["header"],
  });
  app.get("/.well-known/oauth-protected-resource/api", { schema: resourceSchema }, () =>
    describe(resources.api, ["connectors:read", "connectors:write"]),
  );
  app.get<{ Params: { connector: string } }>(
    "/.well-known/oauth-protected-resource/mcp/:connector",
    {
      schema: {
        ...resourceSchema,
        params: { type: "object", properties: { connector: { type: "string" } } },
      },
    },
    ({ params: { connector } }, reply) => {
      const resource = resources.connector(connector);
      if (resources.connectorOf(resource) === undefined) return reply.callNotFound();
      return reply.send(describe(resource, [`mcp:${connector}`]));
    },
  );
  app.get("/.well-known/oauth-authorization-server", { schema: serverSchema }, () => ({
    issuer: resources.publicUrl,
    // Needed only by grants that there aren't here (RFC 8414 section 2); MCP's SDK refuses metadata without it.
    authorization_endpoint: `${resources.publicUrl}/oauth/authorize`,
    token_endpoint: `${resources.publicUrl}/oauth/token`,
    grant_types_supported: ["client_credentials"],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
  }));
  app.get(
    "/oauth/authorize",
    { schema: { tags: ["oauth"], summary: "Nobody logs in here", response: answers(400, {}) } },
    () => {
      const people = identityProvider ? `; people log in at ${identityProvider}` : "";
      throw new Problem(
        "bad-request",
        `agents get their tokens from /oauth/token, with client credentials${people}`,
      );
    },
  );
}

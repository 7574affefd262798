import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Refusals } from "../audit/refusals";
import type { Authorise } from "../auth/authorise";
import { Problem } from "../problems";
import type { Call, Carrier } from "./carrier";
import { lazyLogger } from "./lazyLogger";
import { INVALID_REQUEST, MessageRefused, readMessage, type RequestId } from "./message";
import type { SealedIds } from "./sealedIds";
import type { Targets } from "./targets";
import { mcpSchemas } from "./schemas";
import { missingScope } from "./toolAccess";
import { eraOf, requireSessionsVersion, type Era } from "./version";

interface Dependencies {
  authorise: Authorise;
  refusals: Refusals;
  targets: Targets;
  ids: { session: SealedIds; event: SealedIds };
  carrier: Carrier;
}

interface Route {
  Params: { connector: string };
}
type Request = FastifyRequest<Route>;
/** As the audit log has it. */
type Asked = Pick<Call, "action" | "tool">;

const SESSION_NOT_FOUND = -32001;

const actions = { GET: "mcp.stream", DELETE: "mcp.session_end" } as const;

/**
 * /mcp/:connector: an agent's MCP traffic, of both eras, to a connector's upstream and back. Each message is authorised
 * for its connector and its tool. Article findings 3, 4 and 6.
 */
export function registerMcpRoutes(
  app: FastifyInstance,
  { authorise, refusals, targets, ids, carrier }: Dependencies,
): void {
  /** Where a request goes. @throws Problem, or MessageRefused for a session or an event that isn't the agent's */
  const destination = async (request: Request, era: Era, what: Asked, id?: RequestId) => {
    const grant = authorise.grantOf(request);
    const { connector } = request.params;
    const target = await targets.find(grant, connector).catch((error: unknown) => {
      throw error instanceof Problem ? error.of({ ...what, connector }) : error;
    });
    if (target === undefined)
      throw new Problem("not-found", "there is no connector of this name", {}, { ...what, connector });
    const opened = (kind: keyof typeof ids, header: string, refusal: (id?: RequestId) => MessageRefused) => {
      const given = era === "sessions" ? request.headers[header] : undefined;
      if (given === undefined) return undefined;
      const upstreamId = ids[kind].open(String(given), grant.actor, target.connector.id);
      if (upstreamId === undefined) throw refusal(id);
      return upstreamId;
    };
    const sessionId = opened("session", "mcp-session-id", sessionNotFound);
    const lastEventId = opened("event", "last-event-id", eventNotFound);
    return { request, grant, target, era, sessionId, lastEventId, ...what };
  };

  const messageCall = async (request: Request): Promise<Call> => {
    const body = request.body as Buffer | undefined;
    const message = readMessage(body);
    const era = eraOf(message, request.headers);
    const { scopes } = authorise.grantOf(request);
    const missing = missingScope(scopes, request.params.connector, message);
    const isToolCall = message.method === "tools/call";
    const tool = isToolCall ? message.name : undefined;
    if (missing !== undefined) throw authorise.insufficientScope(request, missing, tool);
    const what = { action: isToolCall ? "tool.call" : "mcp.message", tool };
    return {
      ...(await destination(request, era, what, message.id)),
      body: body ?? null,
      method: message.method || "response",
    };
  };

  void app.register((scope, _options, done) => {
    scope.setChildLoggerFactory((logger, bindings, options) =>
      lazyLogger(options.level ?? logger.level, () => logger.child(bindings, options)),
    );
    scope.removeAllContentTypeParsers();
    // The schemas are for OpenAPI: a message is refused in JSON-RPC's own terms.
    scope.setValidatorCompiler(() => () => true);
    scope.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, parsed) =>
      parsed(null, body),
    );
    scope.setErrorHandler(async (error, request, reply) => {
      if (!(error instanceof MessageRefused)) throw error;
      const { code, message, data, id, status } = error;
      const { organisationId, actor } = authorise.grantOf(request);
      const { connector } = (request as Request).params;
      const refused = { organisationId, actor, action: "mcp.refuse", connector, requestId: request.id };
      await refusals.record({ ...refused, detail: { code, address: request.ip } });
      const answer = { jsonrpc: "2.0", id: id ?? null, error: { code, message, ...(data && { data }) } };
      return reply.code(status).type("application/json").send(JSON.stringify(answer));
    });
    scope.addHook(
      "onRequest",
      authorise.connector((request) => (request as Request).params.connector),
    );

    // Each request is in the audit log, so the other log tells only what goes wrong.
    scope.post<Route>(
      "/mcp/:connector",
      { schema: mcpSchemas.POST, logLevel: "warn" },
      async (request, reply) => carrier.carry(await messageCall(request), reply),
    );
    // Only the era of sessions has these; an upstream of the other one answers 405.
    for (const method of ["GET", "DELETE"] as const)
      scope.route<Route>({
        method,
        url: "/mcp/:connector",
        schema: mcpSchemas[method],
        exposeHeadRoute: false,
        logLevel: "warn",
        handler: async (request, reply) => {
          requireSessionsVersion(request.headers);
          const what = { action: actions[method], tool: undefined };
          const found = await destination(request, "sessions", what);
          return carrier.carry({ ...found, body: null, method }, reply);
        },
      });
    done();
  });
}

function sessionNotFound(id?: RequestId): MessageRefused {
  return new MessageRefused(SESSION_NOT_FOUND, "Session not found", id, undefined, 404);
}

function eventNotFound(id?: RequestId): MessageRefused {
  return new MessageRefused(INVALID_REQUEST, "Invalid Request: Last-Event-ID is no event of yours", id);
}

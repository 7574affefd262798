import { randomUUID } from "node:crypto";
import fastify, { type FastifyInstance } from "fastify";
import type { Pool } from "pg";
import { AuditLog } from "./audit/auditLog";
import { Refusals } from "./audit/refusals";
import { AgentTokens } from "./auth/agentTokens";
import { Authorise } from "./auth/authorise";
import { OidcTokens } from "./auth/oidcTokens";
import { LinkedOrganisations } from "./auth/organisations";
import { Resources } from "./auth/resources";
import { CredentialClient } from "./broker/client";
import type { Config } from "./config";
import { ConnectorStore } from "./connectors/connectorStore";
import { credentialAudit, Credentials } from "./connectors/credentials";
import { Upstreams } from "./connectors/upstreams";
import { databaseProblem } from "./database/check";
import { createPool } from "./database/pool";
import { AddressPolicy } from "./egress/addressPolicy";
import { createResolve } from "./egress/resolver";
import { createBudget } from "./limits/budget";
import { registerLoadLimits } from "./limits/load";
import { OpenRequests } from "./limits/openRequests";
import { registerRateLimit } from "./limits/rateLimit";
import { connectSharedStore, sharedStoreProblem } from "./limits/sharedStore";
import { Carrier } from "./mcp/carrier";
import { registerMcpRoutes } from "./mcp/routes";
import { SealedIds } from "./mcp/sealedIds";
import { Targets } from "./mcp/targets";
import { registerDrain } from "./drain";
import { refuseConnection, refuseTunnels } from "./malformed";
import { refuse, registerProblems } from "./problems";
import { registerCors, registerSecurityHeaders } from "./responseHeaders";
import { registerConnectorRoutes } from "./routes/connectors";
import { registerHealthRoutes } from "./routes/health";
import { registerMetadataRoutes } from "./routes/metadata";
import { registerOpenApi } from "./routes/openapi";
import { registerTokenRoute } from "./routes/token";
import { loggerOptions } from "./telemetry/logging";
import { registerMetrics } from "./telemetry/metrics";

/** How long /readyz waits for a dependency, in milliseconds. */
const READINESS_TIMEOUT = 2000;

/** The gateway, ready to listen or to inject requests into. Closing it closes its database connections. */
export async function buildApp(config: Config, pool: Pool = createPool(config)): Promise<FastifyInstance> {
  const app = fastify({
    logger: loggerOptions(config.logLevel),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    // Addresses, never a number or `true`, which trust what a client writes.
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    // A body that isn't what the schema says is refused, not bent until it fits.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allowUnionTypes: true } },
    bodyLimit: config.limits.bodyBytes,
    // Who got in before the listener closed is served; only new connections are refused.
    return503OnClosing: false,
    requestTimeout: config.limits.requestTime,
    keepAliveTimeout: 75_000,
    http: {
      maxHeaderSize: 16_384,
      // Node swaps the two when the headers' time is the longer one.
      headersTimeout: Math.min(10_000, config.limits.requestTime),
      connectionsCheckingInterval: 1000,
    },
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply, refusals),
    clientErrorHandler: (error, socket) => void refuseConnection(error, socket, refusals),
  });
  app.server.maxConnections = config.limits.connections;
  // An idle connection that breaks is replaced by the pool; without a listener its error would end the process.
  pool.on("error", (error) => app.log.warn({ err: error }, "an idle database connection broke"));
  app.addHook("onClose", () => pool.end());

  const audit = new AuditLog(pool);
  const refusals = new Refusals(audit, app.log);
  refuseTunnels(app, refusals);
  app.addHook("onClose", async () => {
    await refusals.close();
    await audit.close();
  });
  if (config.metrics) registerMetrics(app, config.metrics, { audit, pool });

  app.decorateRequest("grant", undefined);
  registerProblems(app, refusals);
  // In this order: a refusal has the security headers, and a CORS preflight counts as a request.
  await registerSecurityHeaders(app);
  const redis =
    config.sharedStore &&
    connectSharedStore(config.sharedStore, (error) => app.log.warn({ err: error }, "Redis can't be reached"));
  app.addHook("onClose", () => redis?.disconnect());
  await registerRateLimit(app, config.limits.requestsPerMinute, redis);
  await registerLoadLimits(app, config.limits);
  await registerCors(app, config.origins);

  await registerOpenApi(app, config.publicUrl);

  const resources = new Resources(config.publicUrl);
  const oauthSecrets = {
    current: config.secrets.OAUTH_JWT_SECRET,
    previous: config.secrets.OAUTH_JWT_SECRET_PREVIOUS,
  };
  const tokens = new AgentTokens(oauthSecrets, config.publicUrl);
  const organisations = new LinkedOrganisations(pool);
  const oidc = config.oidc && new OidcTokens(config.oidc, resources, (id) => organisations.idOf(id));
  app.addHook("onClose", () => oidc?.close());
  const limits = {
    agent: createBudget(app, "agent", config.limits.agentPerMinute),
    connector: createBudget(app, "connector", config.limits.connectorPerMinute),
    open: new OpenRequests(config.limits.agentConcurrency),
  };
  const authorise = new Authorise(tokens, resources, limits, oidc);
  const credentials = new Credentials(createBrokerClient(config, audit));
  const upstreams = new Upstreams(
    new AddressPolicy(config.addressRules),
    createResolve(),
    config.httpConnectors,
    config.limits.upstream,
  );
  app.addHook("onClose", async () => {
    await Promise.all([credentials.close(), upstreams.close()]);
  });
  const store = new ConnectorStore(pool);
  const targets = new Targets(store, credentials);
  registerConnectorRoutes(app, {
    ...{ authorise, audit, store, credentials, upstreams },
    changed: (connector) => targets.forget(connector),
  });
  const ids = {
    session: new SealedIds(oauthSecrets, "session"),
    event: new SealedIds(oauthSecrets, "event"),
  };
  const carrier = new Carrier(audit, upstreams, ids, config.limits.streamTime);
  registerMcpRoutes(app, { authorise, refusals, targets, ids, carrier });
  registerMetadataRoutes(app, resources, config.oidc?.issuer);
  registerTokenRoute(app, { pool, tokens, resources, audit, refusals });
  registerHealthRoutes(app, {
    gateway: registerDrain(app, config.drain, carrier),
    postgres: () => databaseProblem(pool, config.database.user, READINESS_TIMEOUT),
    ...(redis && { redis: () => sharedStoreProblem(redis) }),
  });
  return app;
}

function createBrokerClient({ broker, secrets }: Config, audit: AuditLog): CredentialClient | undefined {
  if (broker === undefined) return undefined;
  return new CredentialClient({ ...broker, secret: secrets.VAULT_JWT_SECRET, audit: credentialAudit(audit) });
}

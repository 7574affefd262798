import fastify, { LogController, type FastifyInstance, type FastifyRequest } from "fastify";
import { registerHealthRoutes } from "../routes/health";
import { loggerOptions } from "../telemetry/logging";
import { RequestTokenVerifier } from "../tokens/requestToken";
import { requireRequestToken } from "./authenticate";
import type { BrokerConfig } from "./config";
import { registerCredentialRoutes } from "./credentialRoutes";
import { CredentialStore } from "./credentialStore";
import { Problem, problemOf, sendProblem } from "./problem";
import { AUDIENCE, BODY_LIMIT, GATEWAY } from "./protocol";
import type { LoginRefused } from "./vaultAnswer";
import { VaultConnection } from "./vaultConnection";
import { VaultLogin } from "./vaultLogin";

export interface Broker {
  app: FastifyInstance;
  login: VaultLogin;
}

/**
 * The credential broker: the one service that reaches Vault, for the one service that signs request tokens.
 * It is ready while Vault serves it. Closing it revokes its login.
 */
export function buildBroker(
  config: BrokerConfig,
  onLoginRefused: (error: LoginRefused) => void,
  logStream?: { write: (line: string) => void },
): Broker {
  const app = fastify({
    https: { ...config.tls, minVersion: "TLSv1.3", maxHeaderSize: 8192 },
    logger: loggerOptions(config.logLevel, logStream),
    // Each access has a line of ours instead.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: 10_000,
    connectionTimeout: 15_000,
    keepAliveTimeout: 65_000,
    exposeHeadRoutes: false,
    // A URL that can't be routed at all.
    frameworkErrors: (_error, _request, reply) =>
      void sendProblem(reply, new Problem("bad-request", "send a well-formed URL")),
  });
  app.server.maxConnections = 256;

  const vault = new VaultConnection(config.vault.address, config.vault.certificateAuthority);
  const login = new VaultLogin(vault, config.vault.role, app.log, onLoginRefused);
  app.addHook("onClose", async () => {
    await login.close();
    await vault.close();
  });

  app.setNotFoundHandler(() => {
    throw new Problem("no-route", "the broker serves /v1/credentials/<organisation>/<connector>");
  });
  app.setErrorHandler(async (error, request: FastifyRequest, reply) => {
    const problem = problemOf(error);
    if (problem === undefined) request.log.error({ err: error }, "failed");
    await sendProblem(reply, problem ?? new Problem("internal", "the broker's log says more"));
  });
  registerHealthRoutes(app, {
    vault: async () => (await vault.problem()) ?? (login.loggedIn ? undefined : "not logged in to Vault yet"),
  });
  const verifier = new RequestTokenVerifier(config.tokenSecret, AUDIENCE, [GATEWAY]);
  void app.register((scope) => {
    requireRequestToken(scope, verifier);
    registerCredentialRoutes(scope, new CredentialStore(vault, login));
  });
  return { app, login };
}

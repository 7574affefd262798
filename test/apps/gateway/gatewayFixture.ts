import type { FastifyInstance } from "fastify";
import { Pool } from "pg";
import { buildApp } from "../../../apps/gateway/src/app";
import { createAgent } from "../../../apps/gateway/src/auth/agents";
import { createPool } from "../../../apps/gateway/src/database/pool";
import { RealPostgres } from "../../support/realPostgres";
import { patientConfig, createInjection } from "./injection";

export const publicUrl = "https://mcp.example";

export interface Gateway extends AsyncDisposable {
  app: FastifyInstance;
  postgres: RealPostgres;
  /** As the application's role. */
  pool: Pool;
  /** What is injected. */
  environment: Record<string, string>;
  createAgent: (
    scopes: string[],
    organisation?: string,
  ) => Promise<{ id: string; organisationId: string; secret: string }>;
  /** A token as an agent gets it. */
  token: (agent: { id: string; secret: string }, resource: string) => Promise<string>;
  auditEntries: () => Promise<AuditRow[]>;
}

export interface AuditRow {
  organisation_id: string | null;
  actor: string;
  action: string;
  connector: string | null;
  tool: string | null;
  outcome: string;
  request_id: string | null;
  detail: Record<string, unknown>;
}

/** The gateway on a real, migrated PostgreSQL of this test's own. */
export async function startGateway(
  environment: Record<string, string> = {},
  broker?: { authority: string; tokenSecret: string },
): Promise<Gateway> {
  const postgres = await RealPostgres.start();
  const injection = createInjection(`${postgres.caCertificate}\n${broker?.authority ?? ""}`, {
    POSTGRES_APP_PASSWORD: postgres.passwords.apexmcp_app,
    ...(broker && { VAULT_JWT_SECRET: broker.tokenSecret }),
  });
  const all = {
    ...injection.environment,
    PGHOST: postgres.host,
    PGPORT: String(postgres.port),
    PUBLIC_URL: publicUrl,
    ...environment,
  };
  const config = patientConfig(all);
  const app = await buildApp(config);
  const pool = createPool(config);
  pool.on("error", () => undefined);
  return {
    app,
    postgres,
    pool,
    environment: all,
    createAgent: (scopes, organisation = "acme") =>
      createAgent(pool, { organisation, name: `agent ${Math.random()}`, scopes }),
    token: async ({ id, secret }, resource) => {
      const response = await app.inject({
        method: "POST",
        url: "/oauth/token",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({
          grant_type: "client_credentials",
          client_id: id,
          client_secret: secret,
          resource,
        }).toString(),
      });
      if (response.statusCode !== 200) throw new Error(response.body);
      return response.json<{ access_token: string }>().access_token;
    },
    auditEntries: () =>
      postgres.as("apexmcp_auditor", async (client) => {
        const { rows } = await client.query<AuditRow>(
          "SELECT organisation_id, actor, action, connector, tool, outcome, request_id, detail FROM apexmcp.audit_logs ORDER BY id",
        );
        return rows;
      }),
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await pool.end();
      injection.remove();
      await postgres[Symbol.asyncDispose]();
    },
  };
}

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../../../../apps/gateway/src/app";
import { AgentTokens } from "../../../../apps/gateway/src/auth/agentTokens";
import type { Config } from "../../../../apps/gateway/src/config";
import { AuditPool, type PoolEntry } from "../auditPool";
import { createInjection, patientConfig } from "../injection";

export const publicUrl = "https://mcp.example";

/** An agent of an organisation. */
export interface TestAgent {
  agentId: string;
  organisationId: string;
}

/** A gateway on a free port of 127.0.0.1 whose database is a stand-in: connectors are what `connect` says. */
export class McpGateway implements AsyncDisposable {
  readonly organisationId: string = randomUUID();
  readonly agent = this.newAgent();
  readonly #connectors = new Map<string, object>();

  private constructor(
    readonly app: FastifyInstance,
    readonly address: string,
    readonly pool: AuditPool,
    private readonly tokens: AgentTokens,
    private readonly config: Config,
    private readonly remove: () => void,
  ) {
    pool.answers["find-connector"] = ([organisation, name]) => {
      const row = organisation === this.organisationId ? this.#connectors.get(String(name)) : undefined;
      return row === undefined ? [] : [row];
    };
  }

  static async start(
    environment: Record<string, string> = {},
    change: (config: Config) => void = () => undefined,
  ): Promise<McpGateway> {
    const injection = createInjection();
    const pool = new AuditPool();
    const config = patientConfig({
      ...injection.environment,
      PUBLIC_URL: publicUrl,
      RATE_LIMIT_PER_MINUTE: "1000000",
      AGENT_RATE_LIMIT_PER_MINUTE: "1000000",
      ALLOW_HTTP_CONNECTORS: "true",
      EGRESS_ALLOW_CIDRS: "127.0.0.1",
      ...environment,
    });
    change(config);
    const app = await buildApp(config, pool.pool);
    const address = await app.listen({ host: "127.0.0.1", port: 0 });
    const current = readFileSync(join(injection.secrets, "OAUTH_JWT_SECRET"), "utf8");
    const tokens = new AgentTokens({ current }, publicUrl);
    return new McpGateway(app, address, pool, tokens, config, injection.remove);
  }

  get entries(): PoolEntry[] {
    return this.pool.entries;
  }

  newAgent(organisationId = this.organisationId): TestAgent {
    return { agentId: randomUUID(), organisationId };
  }

  /** Makes a connector, or changes it. */
  connect(name: string, url: string, { hasCredential = false } = {}): void {
    this.#connectors.set(name, {
      id: randomUUID(),
      organisationId: this.organisationId,
      name,
      url,
      allowHttp: true,
      hasCredential,
      createdAt: new Date(),
      updatedAt: new Date(),
    });
  }

  /** Another gateway with the same secrets and the same database. */
  async replica(): Promise<{ address: string } & AsyncDisposable> {
    const app = await buildApp(this.config, this.pool.pool);
    const address = await app.listen({ host: "127.0.0.1", port: 0 });
    return {
      address,
      [Symbol.asyncDispose]: async () => {
        app.server.closeAllConnections();
        await app.close();
      },
    };
  }

  url(connector: string): URL {
    return new URL(`/mcp/${connector}`, this.address);
  }

  token(connector: string, { scopes = [`mcp:${connector}`], agent = this.agent } = {}): string {
    return this.tokens.issue({ ...agent, resource: `${publicUrl}/mcp/${connector}`, scopes });
  }

  /** The headers of an agent's POST. */
  headers(connector: string, options?: Parameters<McpGateway["token"]>[1]): Record<string, string> {
    return {
      authorization: `Bearer ${this.token(connector, options)}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.app.close();
    // Again and again: a client may come back while the listener closes.
    const cutting = setInterval(() => this.app.server.closeAllConnections(), 20);
    await closed.finally(() => clearInterval(cutting));
    this.remove();
  }
}

export interface TestUpstream extends AsyncDisposable {
  /** Of its MCP endpoint. */
  url: string;
}

/** A server on a port of an address of this machine, a free one if none is given. */
export async function startUpstream(
  listener: RequestListener,
  port = 0,
  host = "127.0.0.1",
): Promise<TestUpstream> {
  const server = createServer(listener).listen(port, host);
  await once(server, "listening");
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}/mcp`,
    [Symbol.asyncDispose]: async () => {
      const cutting = setInterval(() => server.closeAllConnections(), 20);
      await new Promise((closed) => server.close(closed));
      clearInterval(cutting);
    },
  };
}

export async function until(condition: () => boolean, within = 20_000): Promise<void> {
  const end = Date.now() + within;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`it never came to be that ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

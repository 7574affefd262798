import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";

import {
  Client,
  ClientCredentialsProvider,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { Agent, fetch as undiciFetch } from "undici";

type Fetch = typeof globalThis.fetch;

/** An agent of a deployed stack, which reaches it as agents do: at its public URL, through the edge's TLS. */
export class EdgeAgent implements AsyncDisposable {
  readonly #dispatcher: Agent;
  readonly fetch: Fetch;

  private constructor(
    readonly publicUrl: string,
    private readonly id: string,
    private readonly secret: string,
    caCertificate: string,
  ) {
    this.#dispatcher = new Agent({ connect: { ca: caCertificate } });
    this.fetch = ((url: string | URL, init: object) =>
      undiciFetch(url, { ...init, dispatcher: this.#dispatcher })) as unknown as Fetch;
  }

  /** @param gateway the stack's container, in which the agent is made */
  static create(gateway: string, caCertificate: string, scopes: readonly string[]): EdgeAgent {
    const node = (...args: string[]) =>
      execFileSync("docker", ["exec", gateway, "node", ...args], { encoding: "utf8" }).trim();
    const made = JSON.parse(
      node("dist/cli.js", "create-agent", "apexmcp", `agent ${randomUUID()}`, ...scopes),
    ) as {
      client_id: string;
      client_secret: string;
    };
    const publicUrl = node("--print", "process.env.PUBLIC_URL");
    return new EdgeAgent(publicUrl, made.client_id, made.client_secret, caCertificate);
  }

  /** @param path of the resource that it is for, as in `/api` or `/mcp/github` */
  async token(path: string): Promise<string> {
    const response = await this.fetch(`${this.publicUrl}/oauth/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: this.id,
        client_secret: this.secret,
        resource: `${this.publicUrl}${path}`,
      }).toString(),
    });
    if (!response.ok) throw new Error(`/oauth/token answered ${response.status}: ${await response.text()}`);
    return ((await response.json()) as { access_token: string }).access_token;
  }

  /** Makes a connector over the API. */
  async connect(connector: object): Promise<void> {
    const response = await this.fetch(`${this.publicUrl}/api/connectors`, {
      method: "POST",
      headers: { authorization: `Bearer ${await this.token("/api")}`, "content-type": "application/json" },
      body: JSON.stringify(connector),
    });
    if (response.status !== 201)
      throw new Error(`/api/connectors answered ${response.status}: ${await response.text()}`);
  }

  /** The SDK's client, connected to a connector; it finds out where to get a token, and which era its server speaks. */
  async client(connector: string): Promise<Client> {
    const client = new Client({ name: "agent", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
    const authProvider = new ClientCredentialsProvider({
      clientId: this.id,
      clientSecret: this.secret,
      expectedIssuer: this.publicUrl,
    });
    const url = new URL(`/mcp/${connector}`, this.publicUrl);
    await client.connect(new StreamableHTTPClientTransport(url, { authProvider, fetch: this.fetch }));
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { request as httpRequest } from "node:http";
import { pipeline } from "node:stream";
import { promisify } from "node:util";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { ConnectorVault } from "../broker/connectorVault";
import { startVaultBroker, type VaultBroker } from "../broker/vaultBroker";
import { publicUrl, startGateway, type Gateway } from "../gatewayFixture";
import { freePort } from "../../../support/freePort";
import type { RealVault } from "../../../support/realVault";
import { conformanceUpstream } from "./conformanceServer";
import { startUpstream, type TestUpstream } from "./mcpGateway";
import { sessionsUpstream, statelessUpstream } from "./sdkUpstreams";

jest.setTimeout(180_000);

let credentials: VaultBroker<RealVault>;
let gateway: Gateway;
let address: string;
let adapter: TestUpstream;
let agent: { id: string; secret: string };
let writer: string;
const upstreams: TestUpstream[] = [];

const credentialText = randomBytes(24).toString("hex");
const observed = { cancelled: 0 };

/** Answers only who has the credential. */
const guarded =
  (listener: RequestListener): RequestListener =>
  (request, response) => {
    if (request.headers["x-api-key"] === credentialText) return listener(request, response);
    response.writeHead(401).end();
  };

async function api(method: "POST" | "PATCH" | "DELETE", path: string, body?: object) {
  const response = await gateway.app.inject({
    method,
    url: `/api/connectors${path}`,
    headers: { authorization: `Bearer ${writer}` },
    ...(body && { body }),
  });
  if (response.statusCode >= 300) throw new Error(response.body);
}

async function connect(name: string, listener: RequestListener): Promise<TestUpstream> {
  const upstream = await startUpstream(guarded(listener));
  upstreams.push(upstream);
  await api("POST", "", {
    name,
    url: upstream.url,
    allowHttp: true,
    credential: { "x-api-key": credentialText },
  });
  return upstream;
}

/** The suite has no tokens: this adds one to what it sends. */
async function startAdapter(port: number): Promise<TestUpstream> {
  const resource = `${publicUrl}/mcp/conformance`;
  const token = await gateway.token(agent, resource);
  return startUpstream((incoming: IncomingMessage, response: ServerResponse) => {
    const headers = { ...incoming.headers, authorization: `Bearer ${token}` };
    const outgoing = httpRequest(
      `${address}/mcp/conformance`,
      { method: incoming.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        response.flushHeaders();
        pipeline(answer, response, () => undefined);
      },
    );
    response.on("close", () => outgoing.destroy());
    pipeline(incoming, outgoing, (error) => error && response.destroy());
  }, port);
}

beforeAll(async () => {
  credentials = await startVaultBroker(ConnectorVault.start());
  const adapterPort = await freePort();
  gateway = await startGateway(
    {
      RATE_LIMIT_PER_MINUTE: "100000",
      AGENT_RATE_LIMIT_PER_MINUTE: "100000",
      BROKER_URL: credentials.broker.address,
      ALLOW_HTTP_CONNECTORS: "true",
      EGRESS_ALLOW_CIDRS: "127.0.0.1",
      CORS_ORIGINS: `http://localhost:${adapterPort}`,
    },
    credentials.files,
  );
  address = await gateway.app.listen({ host: "127.0.0.1", port: 0 });
  agent = await gateway.createAgent(["mcp:*", "connectors:write"]);
  writer = await gateway.token(agent, `${publicUrl}/api`);
  adapter = await startAdapter(adapterPort);
}, 180_000);

afterAll(async () => {
  gateway?.app.server.closeAllConnections();
  await adapter?.[Symbol.asyncDispose]();
  await gateway?.[Symbol.asyncDispose]();
  await Promise.all(upstreams.map((upstream) => upstream[Symbol.asyncDispose]()));
  await credentials?.[Symbol.asyncDispose]();
});

async function client(connector: string): Promise<Client> {
  const made = new Client({ name: "agent", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
  // As an agent does it: a token for the one resource.
  const authProvider = { token: () => gateway.token(agent, `${publicUrl}/mcp/${connector}`) };
  await made.connect(
    new StreamableHTTPClientTransport(new URL(`/mcp/${connector}`, address), { authProvider }),
  );
  return made;
}

const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text;

test.each([
  ["sessions", "legacy", () => sessionsUpstream(observed)],
  ["stateless", "modern", () => statelessUpstream(observed).listener],
])(
  "an agent calls a tool of an upstream of the era '%s', whose credential it never sees",
  async (name, era, listener) => {
    await connect(name, listener());
    const made = await client(name);
    expect(made.getProtocolEra()).toBe(era);
    expect(textOf(await made.callTool({ name: "add", arguments: { a: 20, b: 22 } }))).toBe("42");
    await made.close();

    const entries = (await gateway.auditEntries()).filter(
      ({ connector, tool }) => connector === name && tool === "add",
    );
    expect(entries[0]).toMatchObject({
      actor: `agent:${agent.id}`,
      action: "tool.call",
      outcome: "succeeded",
      detail: { method: "tools/call", status: 200 },
    });
    expect(JSON.stringify(await gateway.auditEntries())).not.toContain(credentialText);
  },
);

test("a connector that is changed or deleted is so at once", async () => {
  const first = await connect("changing", sessionsUpstream(observed));
  const made = await client("changing");
  expect(textOf(await made.callTool({ name: "add", arguments: { a: 1, b: 1 } }))).toBe("2");
  await api("PATCH", "/changing", { credential: { "x-api-key": "another one" } });
  await expect(made.callTool({ name: "add", arguments: { a: 1, b: 1 } })).rejects.toThrow(/credential/);
  await api("PATCH", "/changing", { url: first.url, credential: { "x-api-key": credentialText } });
  expect(textOf(await made.callTool({ name: "add", arguments: { a: 1, b: 1 } }))).toBe("2");
  await api("DELETE", "/changing");
  await expect(made.callTool({ name: "add", arguments: { a: 1, b: 1 } })).rejects.toThrow(/no connector/);
  await made.close();
});

test("a database that is down means refusal", async () => {
  await connect("refused", sessionsUpstream(observed));
  const made = await client("refused");
  await gateway.postgres.kill();
  try {
    await expect(made.callTool({ name: "add", arguments: { a: 1, b: 1 } })).rejects.toThrow(
      /audit|unavailable/,
    );
  } finally {
    await gateway.postgres.startAgain();
  }
  expect(textOf(await made.callTool({ name: "add", arguments: { a: 1, b: 1 } }))).toBe("2");
  await made.close();
});

test("the conformance suite passes through the gateway as it does directly, and DNS rebinding is refused", async () => {
  const direct = await startUpstream(conformanceUpstream());
  upstreams.push(direct);
  await connect("conformance", conformanceUpstream());
  const alone = await conformance(direct.url);
  const through = await conformance(adapter.url);
  console.log(`conformance checks passed: ${sum(alone)} directly, ${sum(through)} through the gateway`);
  expect([...alone].filter(([scenario, passed]) => (through.get(scenario) ?? 0) < passed)).toEqual([]);
  expect(through.get("dns-rebinding-protection")).toBe(2);
});

/** How many checks pass, by scenario. */
async function conformance(url: string): Promise<Map<string, number>> {
  const script = require.resolve("@modelcontextprotocol/conformance/dist/index.js");
  const run = promisify(execFile)(
    process.execPath,
    [script, "server", "--suite", "all", "--url", url.replace("127.0.0.1", "localhost")],
    { maxBuffer: 64 << 20 },
  );
  // It fails when any check does.
  const { stdout } = await run.catch((error: unknown) => error as { stdout: string });
  const lines = [...stdout.matchAll(/^[✓✗] ([\w-]+): (\d+) passed, \d+ failed/gm)];
  return new Map(lines.map(([, scenario = "", passed]) => [scenario, Number(passed)]));
}

function sum(passed: Map<string, number>): number {
  return [...passed.values()].reduce((total, count) => total + count, 0);
}

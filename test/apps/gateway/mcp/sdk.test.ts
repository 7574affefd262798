import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as SessionsClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as SessionsTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema, LoggingMessageNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { McpGateway, startUpstream, until, type TestUpstream } from "./mcpGateway";
import { sessionsUpstream, statelessUpstream } from "./sdkUpstreams";

let gateway: McpGateway;
let sessions: TestUpstream;
let stateless: TestUpstream;
let listChanged: () => void;
const observed = { cancelled: 0 };

const info = { name: "agent", version: "1.0.0" };
const opened: { close: () => Promise<void> }[] = [];

beforeAll(async () => {
  gateway = await McpGateway.start();
  sessions = await startUpstream(sessionsUpstream(observed));
  const { listener, listChanged: change } = statelessUpstream(observed);
  listChanged = change;
  stateless = await startUpstream(listener);
  gateway.connect("sessions", sessions.url);
  gateway.connect("stateless", stateless.url);
});

beforeEach(() => void (gateway.entries.length = 0));

afterEach(async () => {
  await Promise.all(opened.splice(0).map((client) => client.close()));
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await sessions[Symbol.asyncDispose]();
  await stateless[Symbol.asyncDispose]();
});

const requestInit = (connector: string, as?: Parameters<McpGateway["token"]>[1]) => ({
  headers: { authorization: `Bearer ${gateway.token(connector, as)}` },
});

/** The SDK's version 1, which speaks 2025-11-25. */
async function sessionsClient(as?: Parameters<McpGateway["token"]>[1]) {
  const client = new SessionsClient(info, { capabilities: { elicitation: {} } });
  const transport = new SessionsTransport(gateway.url("sessions"), {
    requestInit: requestInit("sessions", as),
  });
  await client.connect(transport);
  opened.push(client);
  return { client, transport };
}

/** The SDK's version 2, which speaks both. */
async function client(connector: string, mode: "auto" | "legacy" | { pin: string }) {
  const made = new Client(info, { versionNegotiation: { mode } });
  const transport = new StreamableHTTPClientTransport(gateway.url(connector), {
    requestInit: requestInit(connector),
  });
  await made.connect(transport);
  opened.push(made);
  return made;
}

const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text;

describe("the SDK's client of 2025-11-25", () => {
  test("lists tools and calls them, in a session of its own", async () => {
    const { client, transport } = await sessionsClient();
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain("add");
    expect(textOf(await client.callTool({ name: "add", arguments: { a: 2, b: 3 } }))).toBe("5");
    expect(transport.sessionId).toMatch(/^[\w-]{60,}$/);
    await transport.terminateSession();
    await expect(client.listTools()).rejects.toThrow();
  });

  test("is told of progress while a tool runs", async () => {
    const { client } = await sessionsClient();
    const seen: number[] = [];
    const onprogress = ({ progress }: { progress: number }) => void seen.push(progress);
    const result = await client.callTool({ name: "count", arguments: { to: 5 } }, undefined, { onprogress });
    expect([seen, textOf(result)]).toEqual([[1, 2, 3, 4, 5], "counted to 5"]);
  });

  test("cancels a tool", async () => {
    const { client } = await sessionsClient();
    const before = observed.cancelled;
    const cancel = new AbortController();
    const waiting = client.callTool({ name: "wait" }, undefined, { signal: cancel.signal });
    await until(() => gateway.entries.some(({ tool }) => tool === "wait"));
    cancel.abort();
    await expect(waiting).rejects.toThrow();
    await until(() => observed.cancelled === before + 1);
  });

  test("hears on its GET stream what the server says by itself", async () => {
    const { client } = await sessionsClient();
    const heard: unknown[] = [];
    client.setNotificationHandler(
      LoggingMessageNotificationSchema,
      ({ params }) => void heard.push(params.data),
    );
    await until(() => gateway.entries.some(({ action }) => action === "mcp.stream"));
    await client.callTool({ name: "announce" });
    await until(() => heard.includes("announced"));
  });

  test("answers what the server asks", async () => {
    const { client } = await sessionsClient();
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: "accept", content: { name: "Ada" } }));
    await until(() => gateway.entries.some(({ action }) => action === "mcp.stream"));
    expect(textOf(await client.callTool({ name: "ask" }))).toBe("hello Ada");
  });

  test("resumes a stream that broke off, where it broke off", async () => {
    const { client } = await sessionsClient();
    expect(textOf(await client.callTool({ name: "drop" }))).toBe("picked up again");
  });

  test("with a tool's scope lists all tools and calls that one", async () => {
    const { client } = await sessionsClient({ scopes: ["mcp:sessions:add"] });
    await client.listTools();
    expect(textOf(await client.callTool({ name: "add", arguments: { a: 1, b: 1 } }))).toBe("2");
    await expect(client.callTool({ name: "count", arguments: { to: 1 } })).rejects.toThrow();
  });
});

describe("the SDK's client of 2026-07-28", () => {
  test("discovers the server, lists tools and calls them", async () => {
    const made = await client("stateless", { pin: "2026-07-28" });
    expect(made.getServerVersion()?.name).toBe("stateless");
    const { tools } = await made.listTools();
    expect(tools.map(({ name }) => name)).toContain("add");
    expect(textOf(await made.callTool({ name: "add", arguments: { a: 2, b: 3 } }))).toBe("5");
    expect(gateway.entries.map(({ detail }) => detail["method"])).toContain("server/discover");
  });

  test("gets a prompt whose name no header can hold as it is", async () => {
    const made = await client("stateless", { pin: "2026-07-28" });
    const { messages } = await made.getPrompt({ name: "grüße" });
    expect(messages).toMatchObject([{ content: { text: "hallo" } }]);
  });

  test("is told of progress while a tool runs", async () => {
    const made = await client("stateless", { pin: "2026-07-28" });
    const seen: number[] = [];
    const result = await made.callTool(
      { name: "count", arguments: { to: 5 } },
      { onprogress: ({ progress }) => void seen.push(progress) },
    );
    expect([seen, textOf(result)]).toEqual([[1, 2, 3, 4, 5], "counted to 5"]);
  });

  test("cancels a tool by leaving", async () => {
    const made = await client("stateless", { pin: "2026-07-28" });
    const before = observed.cancelled;
    const cancel = new AbortController();
    const called = gateway.entries.length;
    // Without a progress token there is nothing to send, so the answer hasn't begun.
    const waiting = made.callTool({ name: "wait" }, { signal: cancel.signal });
    waiting.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 200));
    cancel.abort();
    await expect(waiting).rejects.toThrow();
    await until(() => observed.cancelled === before + 1);
    await until(() => gateway.entries.slice(called).some(({ tool }) => tool === "wait"));
  });

  test("hears of changes on its listening stream", async () => {
    const made = await client("stateless", { pin: "2026-07-28" });
    let changes = 0;
    made.setNotificationHandler("notifications/tools/list_changed", () => void changes++);
    const subscription = await made.listen({ toolsListChanged: true });
    listChanged();
    await until(() => changes > 0);
    await subscription.close();
  });
});

describe("the SDK's client of both", () => {
  test("finds out what the upstream speaks, as it would without the gateway", async () => {
    for (const [connector, era] of [
      ["sessions", "legacy"],
      ["stateless", "modern"],
    ] as const) {
      const made = await client(connector, "auto");
      expect(made.getProtocolEra()).toBe(era);
      expect(textOf(await made.callTool({ name: "add", arguments: { a: 1, b: 2 } }))).toBe("3");
    }
  });
});

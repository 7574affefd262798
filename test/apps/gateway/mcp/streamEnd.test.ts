import { once } from "node:events";
import type { RequestListener, ServerResponse } from "node:http";
import { request } from "undici";
import type { Config } from "../../../../apps/gateway/src/config";
import { McpGateway, startUpstream, until, type TestUpstream } from "./mcpGateway";

// Waits for real time, which a busy machine makes slow.
jest.setTimeout(60_000);

const call = (name: string) =>
  JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name } });
const stream = (response: ServerResponse, text: string) =>
  response.writeHead(200, { "content-type": "text/event-stream" }).write(text);

let gateway: McpGateway;
let upstream: TestUpstream;

async function start(listener: RequestListener, change: (config: Config) => void): Promise<void> {
  upstream = await startUpstream((incoming, response) => {
    incoming.resume().on("end", () => listener(incoming, response));
  });
  gateway = await McpGateway.start({}, change);
  gateway.connect("github", upstream.url);
}

afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

function open(method: "GET" | "POST", tool = "search") {
  const headers = gateway.headers("github");
  const body = method === "POST" ? call(tool) : null;
  if (method === "GET") delete headers["content-type"];
  return request(gateway.url("github"), { method, headers, body });
}

test("an upstream that hangs is a timeout, which is recorded, and the upstream's request is ended", async () => {
  let closed = false;
  await start(
    (_, response) => response.on("close", () => (closed = true)),
    ({ limits }) => (limits.upstream.milliseconds = 300),
  );
  const { statusCode, body } = await open("POST");
  expect([statusCode, await body.json()]).toEqual([
    504,
    expect.objectContaining({ code: "upstream-timeout" }) as object,
  ]);
  await until(() => closed);
  expect(gateway.entries).toMatchObject([
    { action: "tool.call", tool: "search", outcome: "failed", detail: { reason: "upstream-timeout" } },
  ]);
});

test("a stream that is open for too long comes to its end, and so does the upstream's", async () => {
  let closed = false;
  await start(
    (_, response) => {
      stream(response, "data: 1\n\n");
      response.on("close", () => (closed = true));
    },
    ({ limits }) => (limits.streamTime = 300),
  );
  expect(await (await open("GET")).body.text()).toBe("data: 1\n\n");
  await until(() => closed);
  await until(() => gateway.entries.some(({ action }) => action === "mcp.stream.end"));
});

test("a gateway that stops ends at once what agents resume, and lets an answer that they couldn't get again finish", async () => {
  const answers = new Map<string, ServerResponse>();
  await start(
    (incoming, response) => {
      const kind = incoming.method === "GET" ? "listening" : answers.has("resumable") ? "only" : "resumable";
      answers.set(kind, response);
      stream(response, kind === "resumable" ? "id: 1\ndata: 1\n\n" : "data: 1\n\n");
    },
    (config) => (config.drain = { notice: 0, grace: 3_600_000 }),
  );
  const listening = (await open("GET")).body;
  const resumable = (await open("POST")).body;
  const only = (await open("POST")).body;
  await Promise.all([listening, resumable, only].map((body) => once(body, "readable")));

  const closed = gateway.app.close();
  expect(await listening.text()).toBe("data: 1\n\n");
  expect(await resumable.text()).toMatch(/^id: [\w-]+\ndata: 1\n\n$/);
  answers.get("only")?.end("data: 2\n\n");
  expect(await only.text()).toBe("data: 1\n\ndata: 2\n\n");
  await closed;
});

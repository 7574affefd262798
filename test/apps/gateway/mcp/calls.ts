import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { request, type Dispatcher } from "undici";
import { McpGateway, startUpstream, type TestUpstream } from "./mcpGateway";

interface Received {
  method: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Options {
  headers?: Record<string, string | undefined>;
  method?: "GET" | "POST" | "DELETE";
  connector?: string;
  as?: Parameters<McpGateway["token"]>[1];
  /** Of another replica. */
  address?: string;
}

/** The connector that is there. */
export const name = "github";
export const call = {
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name: "search", arguments: { query: "the argument" } },
};
export const result = JSON.stringify({ jsonrpc: "2.0", id: 1, result: { content: [] } });

class Calls {
  gateway!: McpGateway;
  upstream!: TestUpstream;
  /** What has come to the upstream. */
  received: Received[] = [];
  /** What the upstream does. */
  answer: RequestListener = () => undefined;

  recorded = () => this.gateway.entries.map(({ action, outcome }) => `${action} ${outcome}`);

  send = async (body: unknown, options: Options = {}) => {
    const response = await this.open(body, options);
    const content = await response.body.text();
    return {
      status: response.statusCode,
      headers: response.headers,
      text: content,
      json: () =>
        JSON.parse(content) as { code?: string; id?: unknown; error?: { code: number; data?: object } },
    };
  };

  open = (
    body: unknown,
    { headers = {}, method = "POST", connector = name, as, address = this.gateway.address }: Options = {},
  ): Promise<Dispatcher.ResponseData> => {
    const all = Object.entries({ ...this.gateway.headers(name, as), ...headers }).filter(
      ([, value]) => value !== undefined,
    );
    const asIs = body === undefined || typeof body === "string" || Buffer.isBuffer(body);
    return request(new URL(`/mcp/${connector}`, address), {
      method,
      headers: Object.fromEntries(all) as Record<string, string>,
      body: asIs ? (body ?? null) : JSON.stringify(body),
    });
  };
}

/** For all tests of a file: a gateway, and an upstream that tells what came and answers as it is told. */
export function startCalls(): Calls {
  const calls = new Calls();
  beforeAll(async () => {
    calls.gateway = await McpGateway.start({ CORS_ORIGINS: "https://app.example", MAX_BODY_BYTES: "65536" });
    calls.upstream = await startUpstream((incoming: IncomingMessage, response: ServerResponse) => {
      incoming.on("error", () => undefined);
      void text(incoming).then(
        (body) => {
          calls.received.push({ method: incoming.method ?? "", headers: incoming.headers, body });
          calls.answer(incoming, response);
        },
        () => undefined,
      );
    });
    calls.gateway.connect(name, calls.upstream.url);
  });
  afterAll(async () => {
    await calls.gateway[Symbol.asyncDispose]();
    await calls.upstream[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    calls.received = [];
    calls.gateway.entries.length = 0;
    calls.answer = (_, response) =>
      response.writeHead(200, { "content-type": "application/json" }).end(result);
  });
  return calls;
}

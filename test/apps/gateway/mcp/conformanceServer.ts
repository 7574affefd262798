import type { RequestListener } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { completable } from "@modelcontextprotocol/sdk/server/completable.js";
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import {
  CreateMessageResultSchema,
  ElicitResultSchema,
  ListToolsRequestSchema,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
  type ElicitRequestFormParams,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { sessionsListener } from "./sessionsListener";

const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const silence = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

const text = (value: string) => ({ type: "text" as const, text: value });
const image = { type: "image" as const, data: pixel, mimeType: "image/png" };
const said = (...content: object[]) => ({ content: content as never });
const user = (content: object) => ({ role: "user" as const, content: content as never });

/** What the conformance suite expects of a server of 2025-11-25, built with the SDK. */
function newServer(): McpServer {
  const server = new McpServer(
    { name: "conformance", version: "1.0.0" },
    { capabilities: { logging: {}, completions: {}, resources: { subscribe: true } } },
  );
  const tool = server.registerTool.bind(server);
  const plain = (name: string, ...content: object[]) =>
    tool(name, { description: name, inputSchema: {} }, () => said(...content));

  plain("test_simple_text", text("This is a simple text response for testing."));
  plain("test_image_content", image);
  plain("test_audio_content", { type: "audio", data: silence, mimeType: "audio/wav" });
  const embedded = {
    uri: "test://embedded-resource",
    mimeType: "text/plain",
    text: "This is an embedded resource content.",
  };
  plain("test_embedded_resource", { type: "resource", resource: embedded });
  const mixed = {
    uri: "test://mixed-content-resource",
    mimeType: "application/json",
    text: '{"test":"data","value":123}',
  };
  plain("test_multiple_content_types", text("Multiple content types test:"), image, {
    type: "resource",
    resource: mixed,
  });

  tool("test_error_handling", { description: "fails", inputSchema: {} }, () => {
    throw new Error("This tool intentionally returns an error for testing");
  });
  tool(
    "test_tool_with_logging",
    { description: "logs", inputSchema: {} },
    async (_, { sendNotification }) => {
      for (const data of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
        await sendNotification({ method: "notifications/message", params: { level: "info", data } });
        await sleep(50);
      }
      return said(text("done"));
    },
  );
  tool(
    "test_tool_with_progress",
    { description: "reports", inputSchema: {} },
    async (_, { sendNotification, _meta }) => {
      const progressToken = _meta?.progressToken;
      for (const progress of [0, 50, 100]) {
        if (progressToken !== undefined)
          await sendNotification({
            method: "notifications/progress",
            params: { progressToken, progress, total: 100 },
          });
        await sleep(50);
      }
      return said(text("done"));
    },
  );
  tool(
    "test_sampling",
    { description: "samples", inputSchema: { prompt: z.string() } },
    async ({ prompt }, { sendRequest }) => {
      const params = {
        messages: [user(text(prompt))],
        maxTokens: 100,
      };
      const { content } = await sendRequest(
        { method: "sampling/createMessage", params },
        CreateMessageResultSchema,
      );
      return said(text(`LLM response: ${JSON.stringify(content)}`));
    },
  );
  tool(
    "test_reconnection",
    { description: "closes its stream", inputSchema: {} },
    async (_, { closeSSEStream }) => {
      closeSSEStream?.();
      await sleep(100);
      return said(text("picked up again"));
    },
  );

  const elicit = (
    name: string,
    requestedSchema: unknown,
    prefix: string,
    inputSchema: Record<string, z.ZodString> = {},
  ) =>
    tool(name, { description: "asks", inputSchema }, async (input, { sendRequest }) => {
      const message = (input as { message?: string }).message ?? "please";
      const params = { mode: "form", message, requestedSchema } as ElicitRequestFormParams;
      // On the call's own stream: the GET stream may not be open yet.
      const { action, content } = await sendRequest(
        { method: "elicitation/create", params },
        ElicitResultSchema,
      );
      return said(text(`${prefix}action=${action}, content=${JSON.stringify(content)}`));
    });
  const answer = {
    type: "object",
    properties: {
      username: { type: "string", description: "User's response" },
      email: { type: "string", description: "User's email address" },
    },
    required: ["username", "email"],
  };
  elicit("test_elicitation", answer, "User response: ", { message: z.string() });
  elicit(
    "test_elicitation_sep1034_defaults",
    {
      type: "object",
      properties: {
        name: { type: "string", default: "John Doe" },
        age: { type: "integer", default: 30 },
        score: { type: "number", default: 95.5 },
        status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
        verified: { type: "boolean", default: true },
      },
    },
    "Elicitation completed: ",
  );
  const options = ["option1", "option2", "option3"];
  const titled = [1, 2, 3].map((number) => ({ const: `value${number}`, title: `Option ${number}` }));
  elicit(
    "test_elicitation_sep1330_enums",
    {
      type: "object",
      properties: {
        untitledSingle: { type: "string", enum: options },
        titledSingle: { type: "string", oneOf: titled },
        legacyEnum: { type: "string", enum: ["opt1", "opt2", "opt3"], enumNames: ["One", "Two", "Three"] },
        untitledMulti: { type: "array", items: { type: "string", enum: options } },
        titledMulti: { type: "array", items: { anyOf: titled } },
      },
    },
    "Elicitation completed: ",
  );

  const resource = (name: string, mimeType: string, content: object) => {
    const uri = `test://${name}`;
    const read = () => ({ contents: [{ uri, mimeType, ...content } as never] });
    server.registerResource(name, uri, { description: name, mimeType }, read);
  };
  resource("static-text", "text/plain", { text: "This is the content of the static text resource." });
  resource("static-binary", "image/png", { blob: pixel });
  resource("watched-resource", "text/plain", { text: "watched" });
  server.registerResource(
    "template",
    new ResourceTemplate("test://template/{id}/data", { list: undefined }),
    { description: "template", mimeType: "application/json" },
    ({ href: uri }, { id }) => ({
      contents: [
        {
          uri,
          mimeType: "application/json",
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
        },
      ],
    }),
  );

  server.registerPrompt("test_simple_prompt", { description: "simple" }, () => ({
    messages: [user(text("This is a simple prompt for testing."))],
  }));
  const choice = completable(z.string(), (value) =>
    ["paris", "park", "party"].filter((known) => known.startsWith(value)),
  );
  server.registerPrompt(
    "test_prompt_with_arguments",
    { description: "arguments", argsSchema: { arg1: choice, arg2: z.string() } },
    ({ arg1, arg2 }) => ({ messages: [user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))] }),
  );
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "resource", argsSchema: { resourceUri: z.string() } },
    ({ resourceUri: uri }) => ({
      messages: [
        user({
          type: "resource",
          resource: { uri, mimeType: "text/plain", text: "Embedded resource content for testing." },
        }),
        user(text("Please process the embedded resource above.")),
      ],
    }),
  );
  server.registerPrompt("test_prompt_with_image", { description: "image" }, () => ({
    messages: [user(image), user(text("Please analyze the image above."))],
  }));

  for (const schema of [SetLevelRequestSchema, SubscribeRequestSchema, UnsubscribeRequestSchema])
    server.server.setRequestHandler(schema as typeof SetLevelRequestSchema, () => ({}));
  addRawTool(server);
  return server;
}

/** A tool whose schema the SDK, which would make it from zod's, can't say. */
function addRawTool(server: McpServer): void {
  const list = (
    server.server as unknown as {
      _requestHandlers: Map<string, (...args: unknown[]) => Promise<{ tools: object[] }>>;
    }
  )._requestHandlers.get("tools/list");
  const raw = {
    name: "json_schema_2020_12_tool",
    description: "Tool with JSON Schema 2020-12 features",
    inputSchema: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object" as const,
      $defs: {
        address: { type: "object", properties: { street: { type: "string" }, city: { type: "string" } } },
      },
      properties: { name: { type: "string" }, address: { $ref: "#/$defs/address" } },
      additionalProperties: false,
    },
  };
  server.server.setRequestHandler(ListToolsRequestSchema, async (request, extra) => {
    const listed = await list?.(request, extra);
    return { tools: [...(listed?.tools ?? []), raw] as never };
  });
}

export function conformanceUpstream(): RequestListener {
  return sessionsListener(newServer, 500);
}

import { answers } from "../answerSchemas";

const common = {
  tags: ["mcp"],
  security: [{ agent: [] }],
  params: { type: "object", properties: { connector: { type: "string", maxLength: 63 } } },
};
const stream = { "text/event-stream": { schema: { type: "string" } } };

/** What OpenAPI says of /mcp/:connector. Messages are read by readMessage(), not by these. */
export const mcpSchemas = {
  POST: {
    ...common,
    summary: "Send an MCP message to a connector",
    description: "As MCP's Streamable HTTP says, of 2026-07-28 or of 2025-11-25 and before",
    consumes: ["application/json"],
    body: { type: "object", description: "One JSON-RPC message" },
    response: answers(200, {
      description: "The upstream's answer",
      content: { "application/json": { schema: { type: "object" } }, ...stream },
    }),
  },
  GET: {
    ...common,
    summary: "Open a session's stream (2025-11-25 and before)",
    response: answers(200, { description: "Events", content: stream }),
  },
  DELETE: {
    ...common,
    summary: "End a session (2025-11-25 and before)",
    response: answers(200, { type: "null", description: "Ended" }),
  },
} as const;

import { answers } from "../answerSchemas";

const name = {
  type: "string",
  pattern: "^[a-z0-9][a-z0-9-]{0,62}$",
  description: "Unique in the organisation",
};
const url = {
  type: "string",
  minLength: 1,
  maxLength: 2048,
  description: "Of its MCP endpoint; must be public",
};
const allowHttp = {
  type: "boolean",
  description: "Accept an http URL; only where the gateway runs for development",
};
const credential = {
  type: "object",
  description: "Headers for the upstream, kept by the credential broker and never returned",
  minProperties: 1,
  maxProperties: 8,
  propertyNames: {
    pattern: "^[a-z][a-z0-9-]{0,63}$",
    // These are the gateway's own to set.
    not: {
      pattern:
        "^(host|connection|content-.*|transfer-encoding|upgrade|te|trailer|expect|keep-alive|proxy-.*|mcp-.*|last-event-id|accept|accept-encoding)$",
    },
  },
  additionalProperties: {
    type: "string",
    minLength: 1,
    maxLength: 8192,
    pattern: "^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$",
  },
};

const connector = {
  type: "object",
  properties: {
    id: { type: "string" },
    name,
    url,
    allowHttp,
    hasCredential: { type: "boolean" },
    createdAt: { type: "string", format: "date-time" },
    updatedAt: { type: "string", format: "date-time" },
  },
};
const params = { type: "object", properties: { name: { type: "string", maxLength: 63 } } };
const common = { tags: ["connectors"], security: [{ agent: [] }] };

/** JSON Schemas of /api/connectors: what is accepted, what is answered, and what OpenAPI says of both. */
export const connectorSchemas = {
  create: {
    ...common,
    summary: "Make a connector",
    body: {
      type: "object",
      additionalProperties: false,
      required: ["name", "url"],
      properties: { name, url, allowHttp, credential },
    },
    response: answers(201, connector),
  },
  list: {
    ...common,
    summary: "List the organisation's connectors, by name",
    querystring: {
      type: "object",
      additionalProperties: false,
      properties: {
        limit: { type: "string", pattern: "^([1-9][0-9]?|100)$", description: "1 to 100; 50 by default" },
        after: { type: "string", maxLength: 63, description: "`next` of the page before" },
      },
    },
    response: answers(200, {
      type: "object",
      properties: {
        items: { type: "array", items: connector },
        next: { type: ["string", "null"], description: "null on the last page" },
      },
    }),
  },
  read: { ...common, summary: "Read a connector", params, response: answers(200, connector) },
  update: {
    ...common,
    summary: "Change a connector; another origin needs its credential again",
    params,
    body: {
      type: "object",
      additionalProperties: false,
      minProperties: 1,
      properties: { url, allowHttp, credential },
    },
    response: answers(200, connector),
  },
  delete: {
    ...common,
    summary: "Delete a connector and its credential",
    params,
    response: answers(204, { type: "null", description: "Deleted" }),
  },
  test: {
    ...common,
    summary: "Try to reach a connector's upstream, with its credential",
    params,
    response: answers(200, {
      type: "object",
      properties: {
        reached: { type: "boolean" },
        status: { type: ["integer", "null"], description: "The upstream's HTTP status" },
        reason: { type: ["string", "null"], description: "Why it was not reached" },
        durationMs: { type: "integer" },
      },
    }),
  },
} as const;

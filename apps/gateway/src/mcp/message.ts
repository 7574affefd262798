import { isUtf8 } from "node:buffer";
import { ambiguousKey } from "./ambiguousKey";

export type RequestId = string | number;

/** What the gateway needs to know of a JSON-RPC message that a client sends. */
export interface Message {
  kind: "request" | "notification" | "response";
  /** Of a request, or of what a response answers. */
  id: RequestId | undefined;
  /** Empty for a response. */
  method: string;
  /** What the message is about (a tool, a prompt, a resource, a task), for the methods that have one. */
  name: string | undefined;
  /** What the client claims in `_meta`, if anything; a client of 2026-07-28 must. Not checked to be a string. */
  claimedVersion: unknown;
}

/** A message that is refused before anybody looks at what it asks for, as a JSON-RPC error. */
export class MessageRefused extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly id?: RequestId,
    readonly data?: Readonly<Record<string, unknown>>,
    /** HTTP. */
    readonly status = 400,
  ) {
    super(message);
  }
}

export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const INVALID_PARAMS = -32602;

/** Where `_meta` says which version a request of 2026-07-28 or later speaks. */
const VERSION_FIELD = "io.modelcontextprotocol/protocolVersion";
const METHOD_LENGTH = 200;

/** The parameter that names what a request is about (MCP 2026-07-28, Standard Request Headers; SEP-2663 for tasks). */
const nameParameter: ReadonlyMap<string, string> = new Map([
  ["tools/call", "name"],
  ["prompts/get", "name"],
  ["resources/read", "uri"],
  ["tasks/get", "taskId"],
  ["tasks/update", "taskId"],
  ["tasks/cancel", "taskId"],
]);

/**
 * Reads one message, which goes on to the upstream byte for byte: so it must be a text that every parser reads alike.
 * Batches are no part of MCP since 2025-06-18.
 * @throws MessageRefused
 */
export function readMessage(body: Buffer = Buffer.alloc(0)): Message {
  if (!isUtf8(body)) throw new MessageRefused(PARSE_ERROR, "Parse error: the body is not UTF-8");
  const text = body.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MessageRefused(PARSE_ERROR, "Parse error: the body is not JSON");
  }
  if (Array.isArray(value)) throw invalid("send one message a request; batches are not supported");
  if (!isObject(value)) throw invalid("a message is an object");
  const key = ambiguousKey(text);
  if (key !== undefined) throw invalid(`the key ${JSON.stringify(key.slice(0, 100))} is there twice`);
  return messageOf(value);
}

function messageOf(value: Record<string, unknown>): Message {
  const { id, method, params = {} } = value;
  if (value["jsonrpc"] !== "2.0") throw invalid('jsonrpc must be "2.0"');
  if (id !== undefined && typeof id !== "string" && !Number.isInteger(id))
    throw invalid("an id is a string or an integer");
  const known = id as RequestId | undefined;
  const answers = Number("result" in value) + Number("error" in value);

  if (method === undefined) {
    if (known === undefined || answers !== 1) throw invalid("neither a request nor a response", known);
    return { kind: "response", id: known, method: "", name: undefined, claimedVersion: undefined };
  }
  if (typeof method !== "string" || method === "" || method.length > METHOD_LENGTH)
    throw invalid("a method is a text of reasonable length", known);
  if (answers > 0) throw invalid("both a request and a response", known);
  // A server that doesn't look for an id would do what it asks.
  if (known === undefined && !method.startsWith("notifications/")) throw invalid("a request has an id");
  if (!isObject(params))
    throw new MessageRefused(INVALID_PARAMS, "Invalid params: params must be an object", known);

  const parameter = nameParameter.get(method);
  const name = parameter === undefined ? undefined : params[parameter];
  if (parameter !== undefined && typeof name !== "string")
    throw new MessageRefused(INVALID_PARAMS, `Invalid params: ${parameter} must be a string`, known);
  const meta = params["_meta"];
  return {
    kind: known === undefined ? "notification" : "request",
    id: known,
    method,
    name: name as string | undefined,
    claimedVersion: isObject(meta) ? meta[VERSION_FIELD] : undefined,
  };
}

function invalid(message: string, id?: RequestId): MessageRefused {
  return new MessageRefused(INVALID_REQUEST, `Invalid Request: ${message}`, id);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

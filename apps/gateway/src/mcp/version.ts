import type { IncomingHttpHeaders } from "node:http";
import { INVALID_PARAMS, INVALID_REQUEST, MessageRefused, type Message } from "./message";

/** With sessions and a handshake, or without: 2026-07-28 made each request stand alone. */
export type Era = "sessions" | "stateless";

const STATELESS = ["2026-07-28"];
const SESSIONS = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", "2024-10-07"];
const SUPPORTED = [...STATELESS, ...SESSIONS];

const HEADER_MISMATCH = -32020;
const UNSUPPORTED_VERSION = -32022;

/**
 * Which era a message belongs to, once its headers agree with it: whoever decides by a header (this gateway's peers,
 * the upstream's balancer) then decides the same (MCP 2026-07-28, Server Validation).
 * @throws MessageRefused -32020, -32022 or -32602
 */
export function eraOf(message: Message, headers: IncomingHttpHeaders): Era {
  const header = headerOf(headers, "mcp-protocol-version");
  const claimed = message.claimedVersion;
  if (claimed === undefined && (header === undefined || SESSIONS.includes(header))) return "sessions";
  if (claimed !== undefined && typeof claimed !== "string")
    throw new MessageRefused(
      INVALID_PARAMS,
      "Invalid params: the protocol version must be a string",
      message.id,
    );

  const named = claimed ?? header ?? "";
  if (header !== undefined && header !== named) throw mismatch(message, "MCP-Protocol-Version");
  if (!STATELESS.includes(named))
    throw new MessageRefused(UNSUPPORTED_VERSION, "Unsupported protocol version", message.id, {
      supported: SUPPORTED,
      requested: named,
    });
  if (message.kind === "response")
    throw new MessageRefused(INVALID_REQUEST, "Invalid Request: clients send no responses", message.id);
  requireHeaders(message, headers);
  return "stateless";
}

/** Of a request without a body, which only the era of sessions has. @throws MessageRefused -32022 */
export function requireSessionsVersion(headers: IncomingHttpHeaders): void {
  const header = headerOf(headers, "mcp-protocol-version");
  if (header === undefined || SUPPORTED.includes(header)) return;
  const data = { supported: SUPPORTED, requested: header };
  throw new MessageRefused(UNSUPPORTED_VERSION, "Unsupported protocol version", undefined, data);
}

/** A notification needs none of the headers, but those that are there must be right. */
function requireHeaders(message: Message, headers: IncomingHttpHeaders): void {
  const request = message.kind === "request";
  if (request && message.claimedVersion === undefined)
    throw new MessageRefused(
      INVALID_PARAMS,
      "Invalid params: _meta must have io.modelcontextprotocol/protocolVersion",
      message.id,
    );
  if (request && headers["mcp-protocol-version"] === undefined)
    throw mismatch(message, "MCP-Protocol-Version");
  const method = headerOf(headers, "mcp-method");
  if (method === undefined ? request : method !== message.method) throw mismatch(message, "Mcp-Method");
  const name = headerOf(headers, "mcp-name");
  if (message.name === undefined) return;
  if (name === undefined ? request : decoded(name) !== message.name) throw mismatch(message, "Mcp-Name");
}

function mismatch({ id }: Message, header: string): MessageRefused {
  return new MessageRefused(
    HEADER_MISMATCH,
    `Header mismatch: ${header} is missing, or differs from the body`,
    id,
  );
}

/** A value outside of plain ASCII comes as `=?base64?…?=`; undefined when that holds no base64 of UTF-8. */
function decoded(value: string): string | undefined {
  const base64 = /^=\?base64\?(.*)\?=$/.exec(value)?.[1];
  if (base64 === undefined) return value;
  const bytes = Buffer.from(base64, "base64");
  return bytes.toString("base64") === base64 ? bytes.toString() : undefined;
}

/** Node joins a header that is there twice with a comma, which then equals nothing. */
function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  return headers[name] as string | undefined;
}

import type { IncomingHttpHeaders } from "node:http";
import type { Credential } from "../connectors/credentials";
import type { Era } from "./version";

/** All of an agent's headers that an upstream sees: its token, its cookies and its address are none of them. */
const always = ["accept", "content-type", "mcp-protocol-version"];
const stateless = ["mcp-method", "mcp-name"];

/** The upstream's own ids, of what an agent named by sealed ones. */
export interface Resumed {
  sessionId: string | undefined;
  lastEventId: string | undefined;
}

/** All of an upstream's headers that an agent sees. */
const answered = [
  "content-type",
  "content-length",
  "content-encoding",
  "mcp-protocol-version",
  "allow",
  "retry-after",
  "x-accel-buffering",
] as const;

export function headersForUpstream(
  headers: IncomingHttpHeaders,
  era: Era,
  credential: Credential | undefined,
  { sessionId, lastEventId }: Resumed,
): Record<string, string> {
  const sent: Record<string, string> = { "accept-encoding": "identity" };
  for (const name of era === "stateless" ? [...always, ...stateless] : always) {
    const value = headers[name];
    if (typeof value === "string") sent[name] = value;
  }
  if (era === "stateless")
    for (const [name, value] of Object.entries(headers))
      if (name.startsWith("mcp-param-") && typeof value === "string") sent[name] = value;
  if (sessionId !== undefined) sent["mcp-session-id"] = sessionId;
  if (lastEventId !== undefined) sent["last-event-id"] = lastEventId;
  // Last, so that nothing an agent sends takes their place.
  return Object.assign(sent, credential);
}

export function headersForAgent(headers: IncomingHttpHeaders): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const name of answered) {
    const value = headers[name];
    if (typeof value === "string") sent[name] = value;
  }
  return sent;
}

import { permits } from "../auth/scopes";
import type { Message } from "./message";

/** What an agent may do that has only some of a connector's tools: find out about them, and run a session. */
const HARMLESS = new Set(["initialize", "ping", "server/discover", "tools/list", "logging/setLevel"]);

/**
 * The scope that a message needs and the agent doesn't have, or undefined when it may pass. A tool needs its own scope
 * or the whole connector's; prompts, resources, and whatever else a connector offers need the whole connector's.
 */
export function missingScope(
  held: readonly string[],
  connector: string,
  { kind, method, name }: Pick<Message, "kind" | "method" | "name">,
): string | undefined {
  const whole = `mcp:${connector}`;
  if (permits(held, whole) || kind !== "request" || HARMLESS.has(method)) return undefined;
  // A tool whose name no scope can hold needs the whole connector.
  const scope =
    method === "tools/call" && /^[A-Za-z0-9_.-]{1,128}$/.test(name ?? "") ? `${whole}:${name}` : whole;
  return permits(held, scope) ? undefined : scope;
}

/**
 * Scopes: `mcp:*` (every connector), `mcp:<connector>` (all its tools), `mcp:<connector>:<tool>`, `connectors:read`
 * and `connectors:write` (which includes read).
 */
const form = /^(connectors:(read|write)|mcp:(\*|[a-z0-9][a-z0-9-]{0,62}(:[A-Za-z0-9_.-]{1,128})?))$/;

export function isScope(text: string): boolean {
  return form.test(text);
}

/** Whether a scope gives all that another one gives. */
export function covers(held: string, wanted: string): boolean {
  if (held === wanted || (held === "mcp:*" && wanted.startsWith("mcp:"))) return true;
  if (held === "connectors:write" && wanted === "connectors:read") return true;
  return held.startsWith("mcp:") && held.split(":").length === 2 && wanted.startsWith(`${held}:`);
}

export function permits(held: readonly string[], wanted: string): boolean {
  return held.some((scope) => covers(scope, wanted));
}

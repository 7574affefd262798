import { fail, pass, probe } from "../probe";
import type { Target } from "../target";
import { edgeOrigins, withEdge } from "./edgeRequest";

/** Every answer's; Strict-Transport-Security has a finding of its own. */
export const securityHeaders = [
  "content-security-policy",
  "permissions-policy",
  "referrer-policy",
  "x-content-type-options",
  "x-frame-options",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
];

const answered = { gateway: "/healthz", identity: "/.well-known/openid-configuration" };

/** Of each host: an answer of what is behind, one of a page that isn't there, and one of nginx itself. */
export const attemptsOf = (target: Target) =>
  Object.entries(edgeOrigins(target)).flatMap(([name, origin]) => [
    { name, origin, path: answered[name as keyof typeof answered], method: "GET" as const },
    { name, origin, path: "/no/such/page", method: "GET" as const },
    // A 502 is nginx' own, as this is, but making one takes an outage.
    { name, origin, path: "/", method: "TRACE" as const },
  ]);

/** Proves edge-server-require-headers: each header once, on answers and errors of each host. */
export const requireHeaders = probe("edge-server-require-headers", (target) =>
  withEdge(target, async (send) => {
    const seen = await Promise.all(
      attemptsOf(target).map(async ({ name, origin, path, method }) => {
        const { status, headers } = await send(origin, path, { method });
        const wrong = securityHeaders.filter((header) => typeof headers[header] !== "string");
        return { what: `${name} ${status}`, wrong };
      }),
    );
    const missing = seen.filter(({ wrong }) => wrong.length > 0);
    if (missing.length > 0)
      return fail(missing.map(({ what, wrong }) => `${what} has not one ${wrong.join(", ")}`).join("; "));
    return pass(`${securityHeaders.length} headers on ${seen.map(({ what }) => what).join(", ")}`);
  }),
);

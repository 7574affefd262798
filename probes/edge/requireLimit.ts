import { fail, pass, probe } from "../probe";
import { edgeOrigins, withEdge, type EdgeAnswer } from "./edgeRequest";
import { securityHeaders } from "./requireHeaders";

/** Where people and agents authenticate, and a burst that is more than its limit takes at once, and no more. */
const bursts = [
  { host: "gateway", path: "/oauth/token", count: 60 },
  { host: "identity", path: "/oauth/v2/token", count: 16 },
  { host: "identity", path: "/ui/login/login", count: 16 },
] as const;

/** Proves edge-rate-require-limits: a burst is answered in part, and refused with 429, Retry-After and every header. */
export const requireLimit = probe("edge-rate-require-limits", (target) =>
  withEdge(target, async (send) => {
    const origins = edgeOrigins(target);
    const seen = await Promise.all(
      bursts.map(async ({ host, path, count }) => {
        const answers = await Promise.all(Array.from({ length: count }, () => send(origins[host], path)));
        return { what: `${host} ${path}`, count, refused: answers.filter(({ status }) => status === 429) };
      }),
    );
    const unlimited = seen.filter(({ refused }) => refused.length === 0);
    if (unlimited.length > 0)
      return fail(unlimited.map(({ what, count }) => `${what} answers ${count} requests at once`).join("; "));
    const bare = seen.filter(({ refused }) => !refused.every(isWhole));
    if (bare.length > 0)
      return fail(
        bare.map(({ what }) => `${what} refuses without Retry-After or security headers`).join("; "),
      );
    return pass(
      seen
        .map(({ what, count, refused }) => `${what}: ${refused.length} of ${count} refused with 429`)
        .join("; "),
    );
  }),
);

function isWhole({ headers }: EdgeAnswer): boolean {
  return [...securityHeaders, "retry-after"].every((name) => headers[name] !== undefined);
}

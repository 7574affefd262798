import { setTimeout as sleep } from "node:timers/promises";

import { withEdge } from "../edge/edgeRequest";
import { fail, pass, probe } from "../probe";

/** Addresses to which no login's code may go: plain http elsewhere, and another host. */
const insecure = ["http://mcp.invalid/callback", "https://attacker.invalid/callback"];

/** Proves zitadel-application-disallow-insecure-redirect: a login that would end there doesn't begin. */
export const disallowInsecureRedirect = probe("zitadel-application-disallow-insecure-redirect", (target) =>
  withEdge(target, async (send) => {
    const begin = async (redirect: string) => {
      const query = new URLSearchParams({
        client_id: target.zitadel.clientId,
        redirect_uri: redirect,
        response_type: "code",
        scope: "openid",
        code_challenge: "0".repeat(43),
        code_challenge_method: "S256",
      });
      // edge-rate-require-limits is proved at the same time, which leaves one request every two seconds here.
      for (let tries = 1; ; tries++) {
        const answer = await send(target.authUrl, `/oauth/v2/authorize?${query.toString()}`);
        if (answer.status !== 429 || tries === 4) return answer;
        await sleep(2200);
      }
    };
    for (const redirect of insecure) {
      const { status, headers } = await begin(redirect);
      const location = String(headers["location"] ?? "");
      if (status < 400) return fail(`a login that ends at ${redirect} begins (${status} ${location})`);
      if (status === 429) throw new Error("the edge refuses with 429; try again in a minute");
    }
    return pass(`${insecure.length} insecure redirect addresses are refused`);
  }),
);

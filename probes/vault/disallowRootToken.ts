import { z } from "zod";

import { error, fail, pass, probe } from "../probe";
import { asDeployer } from "./asDeployer";

const listed = z.object({ data: z.object({ keys: z.array(z.string()) }) });
const looked = z.object({ data: z.object({ policies: z.array(z.string()) }) });

/** Proves vault-token-disallow-root: of all tokens that Vault would accept now, none is a root token. */
export const disallowRootToken = probe("vault-token-disallow-root", (target) =>
  asDeployer(target, async (client, token) => {
    const list = { method: "GET", path: "auth/token/accessors?list=true", token } as const;
    const accessors = (await client.ask(listed, list)).data.keys;
    let [alive, roots] = [0, 0];
    for (const accessor of accessors) {
      const { status, body } = await client.call({
        method: "PUT",
        path: "auth/token/lookup-accessor",
        token,
        body: { accessor },
        accept: [400, 404], // no such accessor: its token ended meanwhile, as other probes' logins do
      });
      if (status !== 200) continue;
      alive++;
      if (looked.parse(body).data.policies.includes("root")) roots++;
    }
    if (roots > 0) return fail(`${roots} of ${alive} tokens have the policy root`);
    // Its own login at least is alive.
    if (alive === 0) return error("Vault names no token that is alive, not even this probe's own");
    return pass(`none of ${alive} tokens has the policy root`);
  }),
);

import { z } from "zod";

import { fail, pass, probe } from "../probe";
import { asDeployer } from "./asDeployer";

const listed = z.object({ data: z.object({ keys: z.array(z.string()) }) });
const looked = z.object({ data: z.object({ policies: z.array(z.string()) }) });

/** Proves vault-token-disallow-root: of all tokens that Vault would accept now, none is a root token. */
export const disallowRootToken = probe("vault-token-disallow-root", (target) =>
  asDeployer(target, async (client, token) => {
    const list = { method: "GET", path: "auth/token/accessors?list=true", token } as const;
    const accessors = (await client.ask(listed, list)).data.keys;
    let roots = 0;
    for (const accessor of accessors) {
      const { status, body } = await client.call({
        method: "PUT",
        path: "auth/token/lookup-accessor",
        token,
        body: { accessor },
        accept: [403, 404], // ended meanwhile; that it may be asked at all, its own accessor shows
      });
      if (status === 200 && looked.parse(body).data.policies.includes("root")) roots++;
    }
    if (roots > 0) return fail(`${roots} of ${accessors.length} tokens have the policy root`);
    return pass(`none of ${accessors.length} tokens has the policy root`);
  }),
);

import { z } from "zod";

import { fail, pass, probe } from "../probe";
import { asDeployer } from "./asDeployer";

const role = z.object({
  data: z.object({
    bind_secret_id: z.boolean(),
    secret_id_bound_cidrs: z.array(z.string()).nullable(),
    token_bound_cidrs: z.array(z.string()).nullable(),
  }),
});

/** Proves vault-role-require-binding, by the broker's AppRole as Vault has it. */
export const requireRoleBinding = probe("vault-role-require-binding", async (target) => {
  const { data } = await asDeployer(target, (client, token) =>
    client.ask(role, { method: "GET", path: "auth/approle/role/broker", token }),
  );
  if (!data.bind_secret_id) return fail("the broker's role needs no secret id");
  const ranges = { "secret ids": data.secret_id_bound_cidrs ?? [], tokens: data.token_bound_cidrs ?? [] };
  for (const [what, cidrs] of Object.entries(ranges)) {
    if (cidrs.length === 0 || cidrs.some((cidr) => /\/0+$/.test(cidr))) {
      return fail(`the broker's ${what} work from any address`);
    }
  }
  return pass(`the broker logs in from ${ranges["secret ids"].join(", ")} alone, with a secret id`);
});

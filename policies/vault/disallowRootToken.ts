import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readTexts, unknown } from "../unknown";
import { givesTokens, tokenType } from "./tokenTypes";

/** Refuses tokens and roles with Vault's root policy. */
export const disallowRootToken = definePolicy({
  finding: "vault-token-disallow-root",
  appliesTo: givesTokens,
  *check({ type, props }) {
    const input = type === tokenType ? "policies" : "tokenPolicies";
    const policies = readTexts(props, input);
    const required = "a policy of its own";
    // A token without policies inherits its creator's: root's, on a new Vault.
    if (policies === unknown || (policies.length === 0 && type === tokenType)) {
      yield { observed: `${input} is ${masked(policies === unknown ? unknown : undefined)}`, required };
      return;
    }
    for (const policy of policies) if (policy === "root") yield { observed: `${input} has root`, required };
  },
});

import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readTexts, unknown } from "../unknown";

const token = "vault:index/token:Token";
/** A role of any auth method: `vault:kubernetes/authBackendRole:AuthBackendRole`. */
const role = /^vault:\w+\/authBackendRole:AuthBackendRole$/;

/** Refuses tokens and roles with Vault's root policy. */
export const disallowRootToken = definePolicy({
  finding: "vault-token-disallow-root",
  appliesTo: (type) => type === token || role.test(type),
  *check({ type, props }) {
    const input = type === token ? "policies" : "tokenPolicies";
    const policies = readTexts(props, input);
    const required = "a policy of its own";
    // A token without policies inherits its creator's: root's, on a new Vault.
    if (policies === unknown || (policies.length === 0 && type === token)) {
      yield { observed: `${input} is ${masked(policies === unknown ? unknown : undefined)}`, required };
      return;
    }
    for (const policy of policies) if (policy === "root") yield { observed: `${input} has root`, required };
  },
});

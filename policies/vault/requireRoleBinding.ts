import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readFlag, readTexts, unknown } from "../unknown";

const ranges = ["secretIdBoundCidrs", "tokenBoundCidrs"];

/**
 * Requires an AppRole's login to need a secret id, and both that and the token to be good from the role's own
 * addresses only: one that was stolen is then useless elsewhere.
 */
export const requireRoleBinding = definePolicy({
  finding: "vault-role-require-binding",
  type: "vault:appRole/authBackendRole:AuthBackendRole",
  *check({ props }) {
    const bound = readFlag(props, "bindSecretId");
    if (bound !== undefined && bound !== true) {
      yield { observed: `bindSecretId is ${masked(bound)}`, required: "absent or true" };
    }
    for (const input of ranges) {
      const cidrs = readTexts(props, input);
      if (cidrs === unknown) continue; // a network's range is known only once it exists
      const open = cidrs.find((cidr) => cidr !== unknown && /\/0+$/.test(cidr));
      if (cidrs.length === 0 || open !== undefined) {
        yield { observed: `${input} is ${masked(open)}`, required: "the addresses it is used from" };
      }
    }
  },
});

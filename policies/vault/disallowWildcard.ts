import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText, unknown } from "../unknown";
import { policyRules } from "./policyRules";

/** Refuses Vault policies that reach everything, a whole first level, or all of `sys/` or `auth/`. */
export const disallowWildcard = definePolicy({
  finding: "vault-policy-disallow-wildcard",
  type: "vault:index/policy:Policy",
  *check({ props }) {
    const text = readText(props, "policy");
    if (text === unknown || text === undefined) return; // names what it grants only once deployed; up checks it again
    for (const { path, capabilities } of policyRules(text)) {
      if (capabilities.length === 1 && capabilities[0] === "deny") continue;
      if (/^\+?\/?\*$/.test(path) || /^(sys|auth|\+)\/(\+\/)?\*$/.test(path)) {
        yield { observed: `policy grants path ${masked(path)}`, required: "the paths that its holder needs" };
      }
    }
  },
});

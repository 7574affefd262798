import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText, unknown } from "../unknown";
import { policyRules } from "./policyRules";

/** Refuses the sudo capability, and the root it stands for: only the offline ceremony needs it. */
export const disallowSudo = definePolicy({
  finding: "vault-policy-disallow-sudo",
  type: "vault:index/policy:Policy",
  *check({ props }) {
    const text = readText(props, "policy");
    if (text === unknown || text === undefined) return;
    for (const { path, capabilities } of policyRules(text)) {
      const risky = capabilities.find((capability) => capability === "sudo" || capability === "root");
      if (risky) yield { observed: `policy has ${risky} on ${masked(path)}`, required: "no sudo" };
    }
  },
});

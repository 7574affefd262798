import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readNumber } from "../unknown";

interface Parameters {
  maximum: number;
}

/** Requires a lockout after some wrong passwords; 0, Zitadel's default, means never. */
export const limitAttempts = definePolicy<Parameters>({
  finding: "zitadel-lockout-limit-attempts",
  appliesTo: (type) =>
    /^(zitadel:index\/(default)?lockoutPolicy:|hardening:zitadel:InstancePolicies$)/i.test(type),
  parameters: {
    maximum: { type: "integer", minimum: 1, default: 10, description: "Most wrong passwords in a row" },
  },
  *check({ props }, { maximum }) {
    const value = readNumber(props, "maxPasswordAttempts");
    if (typeof value !== "number" || value < 1 || value > maximum) {
      yield { observed: `maxPasswordAttempts is ${masked(value)}`, required: `1 to ${maximum}` };
    }
  },
});

import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readNumber } from "../unknown";

interface Parameters {
  minimumLength: number;
}

/** Requires passwords of some length; what characters they have matters less. */
export const requireLength = definePolicy<Parameters>({
  finding: "zitadel-password-require-length",
  appliesTo: (type) =>
    /^(zitadel:index\/(default)?passwordComplexityPolicy:|hardening:zitadel:InstancePolicies$)/i.test(type),
  parameters: {
    minimumLength: { type: "integer", minimum: 8, default: 12, description: "Shortest password" },
  },
  *check({ props }, { minimumLength }) {
    const value = readNumber(props, "minLength");
    if (typeof value !== "number" || value < minimumLength) {
      yield { observed: `minLength is ${masked(value)}`, required: `${minimumLength} or more` };
    }
  },
});

import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readFlag } from "../unknown";

/** Requires a second factor at every login; absent, Zitadel forces none. */
export const requireMfa = definePolicy({
  finding: "zitadel-login-require-mfa",
  appliesTo: (type) =>
    /^(zitadel:index\/(default)?loginPolicy:|hardening:zitadel:InstancePolicies$)/i.test(type),
  *check({ props }) {
    const value = readFlag(props, "forceMfa");
    if (value !== true) yield { observed: `forceMfa is ${masked(value)}`, required: "true" };
  },
});

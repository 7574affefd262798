import { containerPolicy } from "../container/containerPolicy";
import { masked } from "../masked";
import { unknown } from "../unknown";

/** Requires Zitadel's first administrator to change the password at the first login. */
export const requirePasswordChange = containerPolicy({
  finding: "zitadel-admin-require-password-change",
  *check({ environment }) {
    for (const { path, name, value } of environment) {
      if (name !== "ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORDCHANGEREQUIRED") continue;
      if (value === unknown || value?.trim().toLowerCase() !== "true") {
        yield { observed: `${path} sets ${name} to ${masked(value)}`, required: "true" };
      }
    }
  },
});

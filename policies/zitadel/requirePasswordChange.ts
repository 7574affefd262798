import { declaresContainers, readContainers } from "../container/containerSpec";
import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { texts } from "../texts";
import { unknown } from "../unknown";

/** Requires Zitadel's first administrator to change the password at the first login. */
export const requirePasswordChange = definePolicy({
  finding: "zitadel-admin-require-password-change",
  appliesTo: declaresContainers,
  *check(resource) {
    for (const { path, value } of texts(resource.props)) {
      if (/(^|[\s{,])["']?PasswordChangeRequired["']?\s*:\s*["']?false\b/i.test(value))
        yield { observed: `${path} sets PasswordChangeRequired to false`, required: "true" };
    }
    for (const { path, name, value } of readContainers(resource).flatMap(({ environment }) => environment)) {
      if (name !== "ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORDCHANGEREQUIRED") continue;
      if (value === unknown || value?.trim().toLowerCase() !== "true") {
        yield { observed: `${path} sets ${name} to ${masked(value)}`, required: "true" };
      }
    }
  },
});

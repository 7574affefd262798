import { devValueReason } from "../secret/devValue";
import { isReference } from "../secret/reference";
import { isSecretName } from "../secret/secretName";
import { unknown } from "../unknown";
import { containerPolicy } from "./containerPolicy";

/** Refuses secrets in labels and annotations, by their name or by Pulumi's mark: every client of the engine reads them. */
export const disallowLabelSecret = containerPolicy({
  finding: "container-label-disallow-secret",
  *check({ labels }, _parameters, { secrets = new Set<string>() }) {
    const required = "the secret as a file under /run/secrets";
    for (const mark of secrets) {
      if (/(^|\.)(labels|annotations)(\[|\.|$)/.test(mark))
        yield { observed: `${mark} is a Pulumi secret`, required };
    }
    for (const [name, value] of Object.entries(labels)) {
      const fine = value !== unknown && (isReference(value) || devValueReason(value, name) !== undefined);
      if (isSecretName(name) && !fine) {
        yield { observed: `labels.${name} holds a secret`, required };
      }
    }
  },
});

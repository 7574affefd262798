import { definePolicy } from "../definePolicy";
import { candidates } from "./candidates";
import { devValueReason } from "./devValue";
import { isMarked } from "./marked";
import { isReference } from "./reference";
import { isSecretName } from "./secretName";

/** Inputs that hold a secret, whatever it is called: a GitHub secret's. */
const always = /(^|\.)plaintextValue$/;
/** Environments, labels, command lines and build arguments, where no secret belongs, marked or not: they have findings of their own. */
const elsewhere =
  /(^|\.)(envs?|environment|commands?|args|entrypoints|containerDefinitions|buildArgs|labels|annotations)(\[|\.|$)/;

/**
 * Requires inputs that are secrets by their name to be Pulumi secrets: the state, the preview and every log hold the
 * others in clear text. Known development values are left to secret-input-disallow-known-dev-value, and nothing is
 * said where the marks can't be told.
 */
export const requireMark = definePolicy({
  finding: "secret-input-require-mark",
  *check({ type, props, secrets, name: resource }) {
    // A stack's outputs are secret-output-disallow-plain's.
    if (!secrets || type === "pulumi:pulumi:Stack") return;
    for (const { path, name, value, part } of candidates(props)) {
      if (part !== "whole" || elsewhere.test(path)) continue;
      if (!isSecretName(name) && !always.test(path)) continue;
      if (isReference(value) || isMarked(secrets, path) || devValueReason(value, name, [resource])) continue;
      const where = path.endsWith(name) ? path : `${path} (${name})`;
      yield { observed: `${where} is a plain value`, required: "a Pulumi secret" };
    }
  },
});

import { candidates } from "../secret/candidates";
import { devValueReason } from "../secret/devValue";
import { isReference } from "../secret/reference";
import { isSecretName } from "../secret/secretName";
import { unknown } from "../unknown";
import { containerPolicy } from "./containerPolicy";

/**
 * Refuses secrets on a command line, by their flag's or variable's name, or by Pulumi's mark: every process of the
 * host and every client of the engine reads it. A published development value is left to
 * secret-input-disallow-known-dev-value until it is replaced.
 */
export const disallowCommandSecret = containerPolicy({
  finding: "container-command-disallow-secret",
  *check({ entrypoint, arguments: words }, _parameters, { secrets = new Set<string>() }) {
    const required = "the secret as a file under /run/secrets";
    for (const { path, value } of [entrypoint, words]) {
      const mark = [...secrets].find((marked) => marked === path || marked.startsWith(`${path}[`));
      if (mark !== undefined) {
        yield { observed: `${mark} is a Pulumi secret`, required };
        continue;
      }
      if (value === unknown || value === undefined) continue;
      for (const { path: at, name, value: word } of candidates(value)) {
        if (!isSecretName(name)) continue;
        if (/^x-vault-/i.test(name)) continue; // vault-token-disallow-static refuses it
        if (isReference(word) || devValueReason(word, name)) continue;
        yield { observed: `${path}${at} has a value for ${name}`, required };
        break;
      }
    }
  },
});

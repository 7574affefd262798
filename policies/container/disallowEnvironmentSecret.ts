import type { Problem } from "../definePolicy";
import { devValueReason } from "../secret/devValue";
import { isDistinctiveDevSecret } from "../secret/knownDevSecrets";
import { isReference } from "../secret/reference";
import { isSecretName } from "../secret/secretName";
import { unknown } from "../unknown";
import { claims, exceptionLabelPrefix } from "../exemptions";
import { containerPolicy } from "./containerPolicy";
import type { EnvironmentEntry } from "./containerSpec";

const required = "the secret as a file under /run/secrets";
/**
 * The one secret that may be there: Zitadel takes its bootstrap password from the environment. It is void once the
 * instance is set up and its owner has changed it, so that change has to be required, and the container has to say so
 * with the exception's label.
 */
const bootstrap = {
  password: "ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD",
  changeRequired: "ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORDCHANGEREQUIRED",
  label: `${exceptionLabelPrefix}container-environment-disallow-secret`,
};
const passwordInUrl = /\/\/[^\s:@/]*:([^\s@/]+)@/;

/**
 * Refuses secrets in environment values: by the variable's name, by a password inside a URL, or by Pulumi's mark.
 * A published development value is no secret any more: secret-input-disallow-known-dev-value refuses it, and this
 * finding follows once it is replaced.
 */
export const disallowEnvironmentSecret = containerPolicy({
  finding: "container-environment-disallow-secret",
  *check({ environment, labels }, _parameters, { secrets = new Set<string>() }) {
    const reported = new Set<string>();
    const isChanged = environment.some(
      ({ name, value }) => name === bootstrap.changeRequired && value === "true",
    );
    const accepted = isChanged && claims(labels, bootstrap.label);
    for (const entry of environment) {
      if (accepted && entry.name === bootstrap.password && !isPublished(entry)) continue;
      const mark = markOver(entry.path, secrets);
      // One secret among them marks the whole list; its other entries are told apart by their names then.
      if (mark === undefined || (accepted && mark !== entry.path)) {
        yield* namedSecret(entry);
      } else if (!reported.has(mark) && !isPublished(entry)) {
        reported.add(mark);
        const what = mark === entry.path && entry.name ? `${mark} (${entry.name})` : mark;
        yield { observed: `${what} is a Pulumi secret`, required };
      }
    }
  },
});

/** The marked input that is, or holds, the entry. */
function markOver(path: string, secrets: ReadonlySet<string>): string | undefined {
  if (secrets.has(path)) return path;
  return [...secrets].find((mark) => path.startsWith(`${mark}.`) || path.startsWith(`${mark}[`));
}

function* namedSecret(entry: EnvironmentEntry): Iterable<Problem> {
  const { path, name, value } = entry;
  if (!name || value === undefined) return;
  if (value === unknown) {
    if (isSecretName(name)) yield { observed: `${path} sets ${name}`, required };
    return;
  }
  const password = passwordInUrl.exec(value)?.[1];
  if (password && !isReference(password) && !isPublished(entry)) {
    yield { observed: `${path} sets ${name} to a URL with a password`, required };
  } else if (isSecretName(name) && !isReference(value) && !isPublished(entry)) {
    yield { observed: `${path} sets ${name}`, required };
  }
}

/** Whether secret-input-disallow-known-dev-value refuses the entry. */
function isPublished({ name, value }: EnvironmentEntry): boolean {
  if (typeof value !== "string" || name === undefined) return false;
  const password = passwordInUrl.exec(value)?.[1];
  if (password) return devValueReason(password, "password") !== undefined;
  return isDistinctiveDevSecret(value) || (isSecretName(name) && devValueReason(value, name) !== undefined);
}

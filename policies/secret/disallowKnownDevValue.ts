import { definePolicy, type Resource } from "../definePolicy";
import { keysOf, readText } from "../unknown";
import { candidates, type Candidate } from "./candidates";
import { devValueReason } from "./devValue";
import { isDistinctiveDevSecret } from "./knownDevSecrets";
import { isSecretName } from "./secretName";

/**
 * Refuses published development secrets anywhere in any resource's inputs, and placeholders where an input, a
 * variable or a setting is a secret by its name, its place in a URL, or Pulumi's mark. Unknown values are fine: they
 * come from somewhere. The message tells where and why, never what.
 */
export const disallowKnownDevValue = definePolicy({
  finding: "secret-input-disallow-known-dev-value",
  *check(resource) {
    const reported = new Set<string>();
    for (const candidate of candidates(resource.props)) {
      const { path, name, value } = candidate;
      if (reported.has(path)) continue;
      const reason = isSecret(candidate, resource)
        ? devValueReason(value, name, [resource.name])
        : isDistinctiveDevSecret(value)
          ? "is a published development secret"
          : undefined;
      if (!reason) continue;
      reported.add(path);
      const where = name && !path.endsWith(name) ? `${path} (${name})` : path;
      yield {
        observed: `a value of ${value.length} characters at ${where} ${reason}`,
        required: "a generated secret",
      };
    }
  },
});

/** Of files under /run/secrets that hold a secret and nothing else, by their extension: no certificate, no settings. */
const secretFile = /^\/run\/secrets\/[^.]+(\.(txt|key|pem))?$/;

/** Whether the input is what such a file holds, whatever it is called. */
function isSecretFile(path: string, props: unknown): boolean {
  const upload = path.replace(/\.content(Base64)?$/, "");
  if (upload === path) return false;
  const file = readText(props, ...keysOf(upload), "file");
  return typeof file === "string" && secretFile.test(file);
}

function isSecret({ name, path, value, part }: Candidate, { props, secrets }: Resource): boolean {
  if (part === "whole" && isSecretFile(path, props)) return true;
  // In a workflow, what the job may do with its identity, and that it hands its secrets on.
  if (path.endsWith("permissions.id-token") && /^(write|none)$/.test(value)) return false;
  if (/^jobs\.[\w-]+\.secrets$/.test(path) && value === "inherit") return false;
  if (isSecretName(name)) return true;
  // A mark says nothing of what is inside, such as which of several settings is the secret: names decide there.
  return part === "whole" && secrets?.has(path) === true && !value.includes("=");
}

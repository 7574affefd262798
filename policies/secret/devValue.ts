import { wordsOf } from "./secretName";
import { isPublishedDevSecret } from "./knownDevSecrets";
import { placeholderReason } from "./placeholder";
import { isReference } from "./reference";

/** Longer texts are certificates and documents; a placeholder is none. */
const longestPlaceholder = 200;

/**
 * Why the value of a secret is none: published, or a placeholder; `undefined` when it could be a real one. The reason
 * never holds the value.
 *
 * @param name what the secret is called, e.g. `POSTGRES_PASSWORD`
 * @param ownNames what else is around it, such as its resource
 */
export function devValueReason(
  value: string,
  name: string,
  ownNames: readonly string[] = [],
): string | undefined {
  if (isPublishedDevSecret(value)) return "is a published development secret";
  if (isReference(value) || value.length > longestPlaceholder || value.trim().includes("\n"))
    return undefined;
  return placeholderReason(value, [...ownNames, ...wordsOf(name)]);
}

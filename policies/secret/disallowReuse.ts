import { stackPolicy, type Resource } from "../definePolicy";
import { candidates } from "./candidates";
import { devValueReason } from "./devValue";
import { isReference } from "./reference";
import { isSecretName, wordsOf } from "./secretName";

interface Use {
  readonly resource: Resource;
  readonly path: string;
  readonly name: string;
}

/** Words of a secret's name that don't tell what it is for; and those that mean the same. */
const generic = new Set(
  "secret secrets key keys token tokens password passwd pass pwd value file hash plaintext encrypted initial".split(
    " ",
  ),
);
const aliases: Record<string, string> = {
  postgresql: "db",
  postgres: "db",
  pg: "db",
  mysql: "db",
  database: "db",
};

/**
 * Refuses one secret for two purposes: who learns it by one has the other, and one can't be rotated by itself. Two
 * names in one resource are two purposes. Between resources a password's two ends may name it differently, so there
 * only keys count, where neither name's words are among the other's.
 */
export const disallowReuse = stackPolicy({
  finding: "secret-value-disallow-reuse",
  *checkStack(resources) {
    const uses = new Map<string, Use[]>();
    for (const resource of resources) {
      for (const { path, name, value } of candidates(resource.props)) {
        if (!isSecretName(name) || value.length < 8) continue;
        if (isReference(value) || devValueReason(value, name, [resource.name])) continue;
        const others = uses.get(value);
        if (others) others.push({ resource, path, name });
        else uses.set(value, [{ resource, path, name }]);
      }
    }
    for (const users of uses.values()) {
      const [first] = users;
      const other = users.find((use) => differ(first!, use));
      if (!other) continue;
      const where = other.resource === first!.resource ? "" : ` of ${first!.resource.name}`;
      yield {
        resource: other.resource,
        observed: `${other.path} (${other.name}) is the same secret as ${first!.path} (${first!.name})${where}`,
        required: "a secret of its own for each purpose",
      };
    }
  },
});

function differ(one: Use, other: Use): boolean {
  const [these, those] = [purposeOf(one.name), purposeOf(other.name)];
  if (isPassword(one.name) && isPassword(other.name) && one.resource !== other.resource) return false;
  return ![...these].every((word) => those.has(word)) && ![...those].every((word) => these.has(word));
}

const purposeOf = (name: string) =>
  new Set(
    wordsOf(name)
      .filter((word) => !generic.has(word))
      .map((word) => aliases[word] ?? word),
  );

const isPassword = (name: string) => /pass(word|wd|phrase)?|pwd/i.test(name);

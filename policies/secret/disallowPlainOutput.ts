import { stackPolicy, type Resource } from "../definePolicy";
import { keysOf, read } from "../unknown";
import { candidates } from "./candidates";
import { isMarked } from "./marked";
import { isReference } from "./reference";
import { isSecretName } from "./secretName";

/** Of the root resource, whose properties are the stack's outputs. */
const stackType = "pulumi:pulumi:Stack";

/**
 * Refuses secrets among a stack's plain outputs, by their name or because a resource has the value marked: every
 * `pulumi stack output`, log of a deploy and reader of the state shows them.
 */
export const disallowPlainOutput = stackPolicy({
  finding: "secret-output-disallow-plain",
  *checkStack(resources) {
    const marked = markedValues(resources);
    for (const stack of resources.filter(({ type }) => type === stackType)) {
      const marks = stack.secrets ?? new Set();
      for (const { path, name, value, part } of candidates(stack.props)) {
        if (part === "word" || isMarked(marks, path)) continue;
        const named = part === "whole" && isSecretName(name) && !isReference(value);
        const owner = marked.get(value);
        if (!named && owner === undefined) continue;
        const what = owner === undefined ? "is a plain value" : `is plain, and a secret of ${owner}`;
        yield {
          resource: stack,
          observed: `the output ${path} ${what}`,
          required: "pulumi.secret, or no output",
        };
      }
    }
  },
});

/** Marked texts long enough to be found by no accident, each with its resource's name. */
function markedValues(resources: readonly Resource[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const { name, props, secrets = [] } of resources) {
    for (const path of secrets) {
      const value = read(props, ...keysOf(path));
      if (typeof value === "string" && value.length >= 8) values.set(value, name);
    }
  }
  return values;
}

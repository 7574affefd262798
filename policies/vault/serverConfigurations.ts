import { candidates } from "../secret/candidates";

/** The texts among a resource's inputs that configure a Vault server's listener: in HCL or JSON, uploaded or not. */
export function* serverConfigurations(props: unknown): Iterable<{ path: string; text: string }> {
  const seen = new Set<string>();
  for (const { path, value, part } of candidates(props)) {
    if (part === "word" || seen.has(path) || !/\blistener"?\s*[":={[]/.test(value) || !/\btcp\b/.test(value))
      continue;
    seen.add(path);
    yield { path, text: value.replace(/^\s*(#|\/\/).*$/gm, "") };
  }
}

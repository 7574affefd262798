import { texts } from "../texts";

/** The texts among a resource's inputs that configure a Vault server's listener: in HCL or JSON, uploaded or not. */
export function* serverConfigurations(props: unknown): Iterable<{ path: string; text: string }> {
  for (const { path, value } of texts(props)) {
    if (!/\blistener"?\s*[":={[]/.test(value) || !/\btcp\b/.test(value)) continue;
    yield { path, text: value.replace(/^\s*(#|\/\/).*$/gm, "") };
  }
}

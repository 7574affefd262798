import { definePolicy } from "../definePolicy";
import { isReference } from "../secret/reference";
import { texts } from "../texts";
import { read, readList, unknown } from "../unknown";

const header = /\bx-vault-(?:token|secret)\b/i;
/** The header and its value: `X-Vault-Token: …` in a command, JSON or YAML, or nginx's `proxy_set_header`. */
const setHeader =
  /\b(x-vault-(?:token|secret))\b(?:["']?\s*[:=]\s*|(?<=proxy_set_header\s+["']?\S+)["']?\s+)["']?([^\s"';,}]+)/gi;

/**
 * Refuses a token for Vault, or for what stands before it, that a deployment writes down and that is good until
 * somebody rotates it: in a header of a server's configuration, command or environment, or as the token of Pulumi's
 * Vault provider. A service that is told by a variable to use one is vault-client-disallow-static-token's.
 */
export const disallowStaticToken = definePolicy({
  finding: "vault-token-disallow-static",
  *check({ type, props }) {
    const required = "a short-lived token, made for its use by a login";
    if (type === "pulumi:providers:vault") {
      if (read(props, "token") !== undefined) yield { observed: "token is set", required: "authLogin" };
      yield* providerHeaders(props, required);
      return;
    }
    for (const { path, value } of texts(props)) {
      if (header.test(path) && !isReference(value)) yield { observed: `${path} is a fixed value`, required };
      for (const [, name, content] of value.matchAll(setHeader)) {
        if (isReference(content!)) continue;
        yield { observed: `${path} sets ${name} to a fixed value`, required };
        break;
      }
    }
  },
});

/** `headers: [{ name, value }]`: what it sends with every request. */
function* providerHeaders(props: unknown, required: string) {
  const headers = readList(props, "headers");
  if (headers === unknown) return;
  for (const entry of headers) {
    const name = read(entry, "name");
    if (typeof name === "string" && header.test(name)) yield { observed: `headers sets ${name}`, required };
  }
}

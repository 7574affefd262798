import { declaresContainers } from "../container/containerSpec";
import { definePolicy } from "../definePolicy";
import { serverConfigurations } from "./serverConfigurations";

/** Refuses a Vault server's configuration whose listener has TLS turned off, or takes versions before TLS 1.2. */
export const requireListenerTls = definePolicy({
  finding: "vault-listener-require-tls",
  appliesTo: declaresContainers,
  *check({ props }) {
    for (const { path, text } of serverConfigurations(props)) {
      if (/\btls_disable"?\s*[:=]\s*"?(true|1)\b/i.test(text)) {
        yield { observed: `${path} configures tls_disable`, required: "a certificate and key" };
      }
      const old = /\btls_min_version"?\s*[:=]\s*"(tls1[01])"/i.exec(text)?.[1];
      if (old) yield { observed: `${path} sets tls_min_version to ${old}`, required: "tls12 or tls13" };
    }
  },
});

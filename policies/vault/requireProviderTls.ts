import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readFlag, readText, unknown } from "../unknown";

/** Requires the Vault provider to speak verified TLS: it sends its token with every request. */
export const requireProviderTls = definePolicy({
  finding: "vault-provider-require-tls",
  type: "pulumi:providers:vault",
  *check({ props }) {
    const address = readText(props, "address");
    if (address !== unknown && address !== undefined && /^http:/i.test(address.trim())) {
      yield { observed: `address is ${masked(address)}`, required: "an https address" };
    }
    const skip = readFlag(props, "skipTlsVerify");
    if (skip) yield { observed: `skipTlsVerify is ${masked(skip)}`, required: "absent or false" };
  },
});

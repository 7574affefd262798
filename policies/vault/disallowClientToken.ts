import { containerPolicy } from "../container/containerPolicy";

const tokens = /^(VAULT_TOKEN|BAO_TOKEN|(X_)?VAULT_(STATIC_)?(SECRET|BEARER)(_TOKEN)?|VAULT_DEV_ROOT_TOKEN)$/;

/** Refuses containers that hold a long-lived token or shared secret for Vault in their environment. */
export const disallowClientToken = containerPolicy({
  finding: "vault-client-disallow-static-token",
  *check({ environment }) {
    for (const { path, name, value } of environment) {
      if (name !== undefined && tokens.test(name) && value !== undefined && value !== "") {
        yield { observed: `${path} sets ${name}`, required: "a login of its own, with tokens that end" };
      }
    }
  },
});

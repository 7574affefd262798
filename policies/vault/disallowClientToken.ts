import { containerPolicy } from "../container/containerPolicy";

const tokens = /^(VAULT_TOKEN|BAO_TOKEN|(X_)?VAULT_(STATIC_)?(SECRET|BEARER)(_TOKEN)?|VAULT_DEV_ROOT_TOKEN)$/;

/**
 * Refuses services that are made to log in to Vault with a long-lived token or shared secret: by the variable that
 * Vault's clients read, whatever its value is, a file's name or a reference too. A token that is written out, in a
 * header or a provider, is vault-token-disallow-static's.
 */
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

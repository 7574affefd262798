import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText, unknown } from "../unknown";

interface Parameters {
  environmentSecrets: string[];
}

/** Requires the secrets that open everything else to be an environment's: anyone with write access can use a repository's. */
export const requireEnvironmentSecret = definePolicy<Parameters>({
  finding: "github-secret-require-environment",
  type: "github:index/actionsSecret:ActionsSecret",
  parameters: {
    environmentSecrets: {
      type: "array",
      items: { type: "string" },
      default: ["VAULT_UNSEAL_KEY", "VAULT_TOKEN", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"],
      description: "Secrets that no repository may hold outside of a reviewed environment",
    },
  },
  *check({ props }, { environmentSecrets }) {
    const name = readText(props, "secretName");
    if (name === unknown || (name !== undefined && environmentSecrets.includes(name.toUpperCase()))) {
      yield {
        observed: `secretName is ${masked(name)}, of the whole repository`,
        required: "an ActionsEnvironmentSecret",
      };
    }
  },
});

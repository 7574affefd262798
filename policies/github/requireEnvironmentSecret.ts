import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText, unknown } from "../unknown";

interface Parameters {
  environmentSecrets: string[];
}

const holders: Record<string, string> = {
  "github:index/actionsSecret:ActionsSecret": "the whole repository",
  "github:index/actionsOrganizationSecret:ActionsOrganizationSecret": "the whole organisation",
  "github:index/dependabotSecret:DependabotSecret": "Dependabot's runs in the whole repository",
  "github:index/codespacesSecret:CodespacesSecret": "everybody's codespaces",
};

/** Requires the secrets that open everything else to be an environment's: anyone with write access can use a repository's. */
export const requireEnvironmentSecret = definePolicy<Parameters>({
  finding: "github-secret-require-environment",
  appliesTo: (type) => type in holders,
  parameters: {
    environmentSecrets: {
      type: "array",
      items: { type: "string" },
      default: [
        "VAULT_UNSEAL_KEY",
        "VAULT_UNSEAL_KEY_NEXT",
        "VAULT_DEPLOYER_SECRET_ID",
        "VAULT_TOKEN",
        "PULUMI_ACCESS_TOKEN",
        "PULUMI_CONFIG_PASSPHRASE",
      ],
      description: "Secrets that no repository may hold outside of a reviewed environment",
    },
  },
  *check({ type, props }, { environmentSecrets }) {
    const name = readText(props, "secretName");
    if (name === unknown || (name !== undefined && environmentSecrets.includes(name.toUpperCase()))) {
      yield {
        observed: `secretName is ${masked(name)}, of ${holders[type]}`,
        required: "an ActionsEnvironmentSecret",
      };
    }
  },
});

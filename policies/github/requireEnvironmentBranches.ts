import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { read, readFlag, unknown } from "../unknown";
import { environmentParameters, holdsNothing, type EnvironmentParameters } from "./environment";

/**
 * Requires an environment to take jobs of named or protected branches only, and of administrators no others: else
 * whoever can push a branch writes the workflow that asks for its secrets.
 */
export const requireEnvironmentBranches = definePolicy<EnvironmentParameters>({
  finding: "github-environment-require-branches",
  type: "github:index/repositoryEnvironment:RepositoryEnvironment",
  parameters: environmentParameters,
  *check({ props }, parameters) {
    if (holdsNothing(props, parameters)) return;
    const policy = read(props, "deploymentBranchPolicy");
    const limited = ["protectedBranches", "customBranchPolicies"].some(
      (key) => readFlag(policy, key) === true,
    );
    if (!limited) {
      yield {
        observed: `deploymentBranchPolicy is ${masked(policy === unknown ? unknown : undefined)}`,
        required: "protectedBranches or customBranchPolicies",
      };
    }
    const bypass = readFlag(props, "canAdminsBypass");
    if (bypass !== false) yield { observed: `canAdminsBypass is ${masked(bypass)}`, required: "false" };
  },
});

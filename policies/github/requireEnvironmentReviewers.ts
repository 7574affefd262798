import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readList, unknown } from "../unknown";
import { environmentParameters, holdsNothing, type EnvironmentParameters } from "./environment";

/** Requires somebody to approve what an environment's secrets are used for. */
export const requireEnvironmentReviewers = definePolicy<EnvironmentParameters>({
  finding: "github-environment-require-reviewers",
  type: "github:index/repositoryEnvironment:RepositoryEnvironment",
  parameters: environmentParameters,
  *check({ props }, parameters) {
    if (holdsNothing(props, parameters)) return;
    const reviewers = readList(props, "reviewers");
    if (reviewers === unknown || reviewers.length === 0) {
      yield {
        observed: `reviewers is ${masked(reviewers === unknown ? unknown : undefined)}`,
        required: "at least one reviewer",
      };
    }
  },
});

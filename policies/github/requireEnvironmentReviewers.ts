import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readList, readText, unknown } from "../unknown";

interface Parameters {
  unreviewed: string[];
}

/** Requires somebody to approve what an environment's secrets are used for. */
export const requireEnvironmentReviewers = definePolicy<Parameters>({
  finding: "github-environment-require-reviewers",
  type: "github:index/repositoryEnvironment:RepositoryEnvironment",
  parameters: {
    unreviewed: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Environments that hold no secret",
    },
  },
  *check({ props }, { unreviewed }) {
    const environment = readText(props, "environment");
    if (environment !== unknown && environment !== undefined && unreviewed.includes(environment)) return;
    const reviewers = readList(props, "reviewers");
    if (reviewers === unknown || reviewers.length === 0) {
      yield {
        observed: `reviewers is ${masked(reviewers === unknown ? unknown : undefined)}`,
        required: "at least one reviewer",
      };
    }
  },
});

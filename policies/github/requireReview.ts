import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readList, readNumber, unknown } from "../unknown";

/** Requires a protected branch to take reviewed changes only. */
export const requireReview = definePolicy({
  finding: "github-branch-require-review",
  type: "github:index/branchProtection:BranchProtection",
  *check({ props }) {
    const reviews = readList(props, "requiredPullRequestReviews");
    const path = "requiredPullRequestReviews[0].requiredApprovingReviewCount";
    const count = reviews === unknown ? unknown : readNumber(reviews[0], "requiredApprovingReviewCount");
    if (typeof count !== "number" || count < 1)
      yield { observed: `${path} is ${masked(count)}`, required: "at least 1" };
  },
});

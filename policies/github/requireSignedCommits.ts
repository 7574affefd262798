import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readFlag } from "../unknown";

/** Requires a protected branch to take signed commits only. */
export const requireSignedCommits = definePolicy({
  finding: "github-branch-require-signed-commits",
  type: "github:index/branchProtection:BranchProtection",
  *check({ props }) {
    const value = readFlag(props, "requireSignedCommits");
    if (value !== true) yield { observed: `requireSignedCommits is ${masked(value)}`, required: "true" };
  },
});

import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readFlag, readText } from "../unknown";

/** Requires the token of workflows that name no permissions to read only, and to approve nothing. */
export const limitWorkflowToken = definePolicy({
  finding: "github-token-limit-permissions",
  type: "github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions",
  *check({ props }) {
    const permissions = readText(props, "defaultWorkflowPermissions");
    if (permissions !== undefined && permissions !== "read") {
      yield { observed: `defaultWorkflowPermissions is ${masked(permissions)}`, required: "read" };
    }
    const approves = readFlag(props, "canApprovePullRequestReviews");
    if (approves) {
      yield { observed: `canApprovePullRequestReviews is ${masked(approves)}`, required: "absent or false" };
    }
  },
});

import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText } from "../unknown";

/** Requires the actions that a repository's workflows may use to be limited; absent means all. */
export const limitActions = definePolicy({
  finding: "github-actions-limit-allowed",
  type: "github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions",
  *check({ props }) {
    if (readText(props, "enabled") === "false") return;
    const value = readText(props, "allowedActions");
    if (value !== "selected" && value !== "local_only") {
      yield { observed: `allowedActions is ${masked(value)}`, required: "selected or local_only" };
    }
  },
});

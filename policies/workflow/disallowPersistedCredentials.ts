import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText } from "../unknown";
import { actionOf, stepsOf, workflowType } from "./workflowType";

/** Requires checkouts not to leave the token in .git/config, where every later step and artifact finds it. */
export const disallowPersistedCredentials = definePolicy({
  finding: "workflow-checkout-disallow-credentials",
  type: workflowType,
  *check({ props }) {
    for (const { path, value } of stepsOf(props)) {
      if (actionOf(value) !== "actions/checkout") continue;
      const persists = readText(value, "with", "persist-credentials");
      if (persists !== "false") {
        yield { observed: `${path}.with.persist-credentials is ${masked(persists)}`, required: "false" };
      }
    }
  },
});

import { accepts, refuses } from "../cases";
import { workflow } from "./compliantWorkflow";

refuses("workflow-checkout-disallow-credentials", {
  "a checkout that doesn't say": () => workflow(({ jobs }) => (jobs.build.steps[0]!.with = {})),
  "a checkout that persists them": () =>
    workflow(({ jobs }) => (jobs.build.steps[0]!.with["persist-credentials"] = true)),
});

accepts({
  "a checkout that doesn't persist them": () =>
    workflow(({ jobs }) => (jobs.build.steps[0]!.with["persist-credentials"] = false)),
});

import { accepts, refuses } from "../cases";
import { workflow } from "./compliantWorkflow";

refuses("workflow-token-limit-permissions", {
  "a workflow and a job that say nothing": () =>
    workflow((props) => {
      delete props.permissions;
      delete props.jobs.build.permissions;
    }),
  "write-all at the top": () => workflow((props) => (props.permissions = "write-all")),
  "write-all of a job": () => workflow(({ jobs }) => (jobs.build.permissions = "write-all")),
  "contents written by every job": () =>
    workflow((props) => {
      props.permissions = { contents: "write" };
      props.jobs.other = { steps: [] };
    }),
});

accepts({
  "none at the top, and each job's own": () => workflow(),
  "nothing at the top, where every job says": () => workflow((props) => delete props.permissions),
  "contents written by the only job": () => workflow((props) => (props.permissions = { contents: "write" })),
  "reading at the top": () => workflow((props) => (props.permissions = "read-all")),
});

import { accepts, refuses } from "../cases";
import { sha, workflow } from "./compliantWorkflow";

const checkoutOf = (ref: string) => ({
  uses: `actions/checkout@${sha}`,
  with: { ref, "persist-credentials": "false" },
});

refuses("workflow-trigger-disallow-untrusted", {
  pull_request_target: () => workflow((props) => (props.on = "pull_request_target")),
  "pull_request_target in a list": () => workflow((props) => (props.on = ["push", "pull_request_target"])),
  "pull_request_target beside what is no text": () =>
    workflow((props) => (props.on = [Object.create(null) as object, "pull_request_target"])),
  "pull_request_target in a map": () => workflow((props) => (props.on = { pull_request_target: {} })),
  "another run's code": () =>
    workflow((props) => {
      props.on = { workflow_run: { workflows: ["ci"] } };
      props.jobs.build.steps[0] = checkoutOf("${{ github.event.workflow_run.head_sha }}");
    }),
  "what another run left, in the environment of later steps": () =>
    workflow((props) => {
      props.on = { workflow_run: { workflows: ["ci"] } };
      props.jobs.build.steps[2]!.run = 'cat report.txt >> "$GITHUB_ENV"';
    }),
});

accepts({
  "the environment of later steps, on a push": () =>
    workflow(({ jobs }) => (jobs.build.steps[2]!.run = 'echo "A=b" >> "$GITHUB_ENV"')),
  pull_request: () => workflow(),
  "a push, as text": () => workflow((props) => (props.on = "push")),
  "another run's end, with the base's code": () => workflow((props) => (props.on = ["workflow_run"])),
  "another run's commit, where it isn't checked out": () =>
    workflow((props) => {
      props.on = ["workflow_run"];
      const ref = "${{ github.event.workflow_run.head_sha }}";
      props.jobs.build.steps[2] = { uses: `acme/report@${sha}`, with: { ref } };
    }),
  "a named ref on a push": () => workflow(({ jobs }) => (jobs.build.steps[0] = checkoutOf("main"))),
});

import { accepts, refuses } from "../cases";
import { sha, workflow } from "./compliantWorkflow";

const digest = `sha256:${"ab".repeat(32)}`;
const using = (uses: string) => workflow(({ jobs }) => (jobs.build.steps[2]!.uses = uses));

refuses("workflow-action-require-pin", {
  "an action by tag": () => using("actions/setup-node@v4"),
  "an action by branch": () => using("actions/setup-node@main"),
  "an action by half a commit": () => using(`actions/setup-node@${sha.slice(0, 20)}`),
  "an action without a version": () => using("actions/setup-node"),
  "an image by tag": () => using("docker://alpine:3.20"),
  "a reusable workflow by tag": () =>
    workflow(({ jobs }) => (jobs.release = { uses: "o/r/.github/workflows/x.yml@v1", permissions: {} })),
  "a job's container by tag": () => workflow(({ jobs }) => (jobs.build.container = "node:24")),
  "a job's container by tag, as a map": () =>
    workflow(({ jobs }) => (jobs.build.container = { image: "node:24" })),
  "a service by tag": () => workflow(({ jobs }) => (jobs.build.services = { db: { image: "postgres:15" } })),
});

accepts({
  "actions by commit": () => workflow(),
  "an action of a SHA-256 repository": () => using(`o/a@${"ab".repeat(32)}`),
  "an action of the repository's own": () => using("./.github/actions/setup"),
  "a reusable workflow by commit, which gets the secrets": () =>
    workflow(({ jobs }) => {
      jobs.release = { uses: `o/r/.github/workflows/x.yml@${sha}`, permissions: {}, secrets: "inherit" };
    }),
  "images by digest": () =>
    workflow(({ jobs }) => {
      jobs.build.steps[2]!.uses = `docker://alpine@${digest}`;
      jobs.build.container = `node:24@${digest}`;
      jobs.build.services = { db: { image: `postgres:15@${digest}` } };
    }),
});

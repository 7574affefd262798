import { accepts, refuses } from "../cases";
import { workflow } from "./compliantWorkflow";

const loggingIn = (password: string, registry = "ghcr.io") =>
  workflow(({ jobs }) => (jobs.build.steps[1]!.with = { registry, username: "x", password }));
const running = (run: string) => workflow(({ jobs }) => (jobs.build.steps[2]!.run = run));

refuses("workflow-registry-disallow-personal-token", {
  "an action's login with a personal token": () => loggingIn("${{ secrets.CR_PAT }}"),
  "a script's login with a personal token": () =>
    running("set -e\necho ${{ secrets.CR_PAT }} | docker login ghcr.io -u x --password-stdin"),
});

accepts({
  "the run's own token": () => loggingIn("${{ secrets.GITHUB_TOKEN }}"),
  "a script's login with the run's own token": () =>
    running("echo ${{ secrets.GITHUB_TOKEN }} | docker login ghcr.io -u x --password-stdin"),
  "another registry": () => loggingIn("${{ secrets.REGISTRY_PASSWORD }}", "registry.example.com"),
});

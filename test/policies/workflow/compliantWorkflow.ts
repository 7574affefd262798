import { workflowType } from "../../../policies/workflow/workflowType";
import type { TestedResource } from "../evaluate";

export interface Step {
  [key: string]: unknown;
  uses?: string;
  run?: string;
  with: Record<string, unknown>;
}

export interface WorkflowProps {
  [key: string]: unknown;
  permissions?: unknown;
  jobs: { build: { [key: string]: unknown; steps: Step[] }; [job: string]: unknown };
}

export const sha = "de0fac2e4500dabe0009e67214ff5f5447ce83dd";

/** A workflow that every policy accepts, after `change` was made to it. */
export function workflow(change: (props: WorkflowProps) => unknown = () => {}): TestedResource {
  const props: WorkflowProps = {
    name: "ci",
    on: { pull_request: {} },
    permissions: {},
    jobs: {
      build: {
        "runs-on": "ubuntu-24.04",
        permissions: { contents: "read", packages: "write" },
        steps: [
          { uses: `actions/checkout@${sha}`, with: { "persist-credentials": "false" } },
          {
            uses: `docker/login-action@${sha}`,
            with: { registry: "ghcr.io", username: "x", password: "${{ secrets.GITHUB_TOKEN }}" },
          },
          { run: "make test", with: {} },
        ],
      },
    },
  };
  change(props);
  return { type: workflowType, props };
}

import { read, readList, readText, unknown } from "../unknown";

/** The type under which the `check` command hands a GitHub workflow to the policies: no Pulumi resource has it. */
export const workflowType = "github:workflow:Workflow";

interface Located {
  readonly path: string;
  readonly value: unknown;
}

/** The jobs of a workflow. */
export function jobsOf(props: unknown): Located[] {
  const jobs = read(props, "jobs");
  if (typeof jobs !== "object" || jobs === null) return [];
  return Object.keys(jobs).map((name) => ({ path: `jobs.${name}`, value: read(jobs, name) }));
}

/** The steps of each job of a workflow. */
export function stepsOf(props: unknown): Located[] {
  return jobsOf(props).flatMap(({ path, value }) => {
    const steps = readList(value, "steps");
    if (steps === unknown) return [];
    return steps.map((step, index) => ({ path: `${path}.steps[${index}]`, value: step }));
  });
}

/** The action that a step uses, without its version. */
export function actionOf(step: unknown): string {
  const uses = readText(step, "uses");
  return typeof uses === "string" ? uses.split("@")[0]! : "";
}

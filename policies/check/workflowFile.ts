import { workflowType } from "../workflow/workflowType";
import { UnreadableError, type Declared, type Place } from "./declarations";
import { child, elementsOf, entriesOf, plain, textOf, type Tree } from "./yamlTree";

/** Whether YAML is a GitHub workflow. */
export const isWorkflow = (tree: Tree): boolean => tree.value instanceof Map && tree.value.has("jobs");

/** A workflow as one resource, whose inputs are the file's own keys. */
export function readWorkflow(tree: Tree, file: string): Declared[] {
  if (!(child(tree, "jobs")?.value instanceof Map)) throw new UnreadableError("jobs is no map", tree.line);
  if (!(tree.value as Map<string, Tree>).has("on"))
    throw new UnreadableError("a workflow without on", tree.line);
  for (const [job, { line }] of entriesOf(child(tree, "jobs"))) {
    const steps = child(tree, "jobs", job, "steps");
    const whole = steps
      ? elementsOf(steps).every(({ value }) => value instanceof Map)
      : child(tree, "jobs", job, "uses");
    if (!whole || (steps && !Array.isArray(steps.value)))
      throw new UnreadableError(
        `the job ${job} has no list of steps, and uses no workflow`,
        steps?.line ?? line,
      );
  }
  const name = textOf(child(tree, "name")) ?? file;
  const urn = `urn:pulumi:workflow::workflow::${workflowType}::${name}`;
  return [
    {
      resource: { type: workflowType, name, urn, props: plain(tree) },
      locate: (observed) => locate(tree, observed),
    },
  ];
}

/** The line of the longest path of the file that the text names. */
function locate(tree: Tree, observed: string): Place {
  let found = tree;
  let longest = 0;
  for (const [path] of observed.matchAll(/[\w-]+(?:\[\d+\]|\.[\w-]+)*/g)) {
    let at: Tree | undefined = tree;
    let depth = 0;
    for (const [step] of path.matchAll(/[\w-]+/g)) {
      const inner: Tree | undefined = Array.isArray(at.value)
        ? elementsOf(at)[Number(step)]
        : child(at, step);
      if (!inner) break;
      at = inner;
      depth++;
    }
    if (depth > longest) [found, longest] = [at, depth];
  }
  return { observed, line: found.line };
}

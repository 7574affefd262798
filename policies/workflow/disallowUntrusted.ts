import { definePolicy } from "../definePolicy";
import { read, readText } from "../unknown";
import { actionOf, stepsOf, workflowType } from "./workflowType";

/** The files by which a step changes the environment of all that follow. */
const environmentFile = /\b(GITHUB_ENV|GITHUB_PATH)\b/;

/**
 * Refuses triggers that run an outsider's code with the repository's secrets and a token that can write; and, where a
 * workflow handles what another run left behind, to write that to the environment of later steps.
 */
export const disallowUntrusted = definePolicy({
  finding: "workflow-trigger-disallow-untrusted",
  type: workflowType,
  *check({ props }) {
    const events = eventsOf(props);
    if (events.includes("pull_request_target")) {
      yield { observed: "on.pull_request_target runs with the base's secrets", required: "pull_request" };
    }
    if (!events.includes("workflow_run")) return;
    for (const { path, value } of stepsOf(props)) {
      const ref = actionOf(value) === "actions/checkout" ? readText(value, "with", "ref") : undefined;
      if (typeof ref === "string" && /workflow_run\.head_(sha|branch)/.test(ref)) {
        yield { observed: `${path}.with.ref is the head of another run`, required: "the base's code" };
      }
      const run = readText(value, "run");
      const file = typeof run === "string" ? environmentFile.exec(run)?.[1] : undefined;
      if (file) {
        yield {
          observed: `${path}.run writes to ${file}, and so what every later step runs with`,
          required: "an output, or an environment of one step",
        };
      }
    }
  },
});

function eventsOf(props: unknown): unknown[] {
  const on = read(props, "on");
  if (typeof on === "string") return [on];
  if (Array.isArray(on)) return on;
  return typeof on === "object" && on !== null ? Object.keys(on) : [];
}

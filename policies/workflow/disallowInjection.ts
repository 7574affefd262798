import { definePolicy } from "../definePolicy";
import { read, readText, unknown } from "../unknown";
import { actionOf, jobsOf, stepsOf, workflowType } from "./workflowType";

/** What anybody who opens an issue or a pull request chooses, names of branches included; and what holds all of it. */
const untrusted =
  /^(github(\.event)?|github\.event\.(issue|pull_request|comment|review|review_comment|discussion|head_commit|commits|pages|workflow_run|inputs|client_payload)(\..*)?|github\.(head_ref|ref_name)|inputs\..*)$/;
/** Parts of these events that are numbers, hashes or fixed words. */
const harmless = /\.(number|id|sha|node_id|state|merged|draft|action|html_url)$/;
const expression = /\$\{\{([^]*?)\}\}/g;
const reference = /(?<![\w.-])(github|inputs|env)((?:\.[\w*-]+)*)/gi;

/** Refuses expressions of an outsider's choice in a script: they are pasted into it before the shell reads it. */
export const disallowInjection = definePolicy({
  finding: "workflow-script-disallow-injection",
  type: workflowType,
  *check({ props }) {
    const steps = stepsOf(props);
    const holders = [props, ...jobsOf(props).map(({ value }) => value), ...steps.map(({ value }) => value)];
    const variables = new Set(holders.flatMap(untrustedVariables));
    for (const { path, value } of steps) {
      const scripts = [["run"], ...(actionOf(value) === "actions/github-script" ? [["with", "script"]] : [])];
      for (const script of scripts) {
        const found = untrustedIn(readText(value, ...script), variables);
        if (found !== undefined) {
          yield {
            observed: `${path}.${script.join(".")} pastes ${found}`,
            required: "the value in env, and the variable in the script",
          };
        }
      }
    }
  },
});

/** Names of the variables that a workflow, job or step sets to what is untrusted: pasted in, they are no better. */
function untrustedVariables(holder: unknown): string[] {
  const env = read(holder, "env");
  if (env === unknown || typeof env !== "object" || env === null) return [];
  return Object.keys(env).filter((name) => untrustedIn(readText(env, name)) !== undefined);
}

/** The first untrusted thing that the expressions of a text paste. Contexts are the same in any case. */
function untrustedIn(text: unknown, variables: ReadonlySet<string> = new Set()): string | undefined {
  if (typeof text !== "string") return undefined;
  for (const [, inside] of text.matchAll(expression)) {
    const dotted = inside!.replace(
      /\s*\[\s*(?:'([\w-]+)'|\d+|\*)\s*\]/g,
      (_, name?: string) => `.${name ?? "*"}`,
    );
    for (const [written, context, path] of dotted.replace(/'[^']*'/g, "''").matchAll(reference)) {
      const known = written.toLowerCase();
      if (context!.toLowerCase() === "env" && variables.has(path!.slice(1))) return written;
      if (untrusted.test(known) && !harmless.test(known)) return written;
    }
  }
  return undefined;
}

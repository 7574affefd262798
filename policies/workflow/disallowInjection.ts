import { definePolicy } from "../definePolicy";
import { readText } from "../unknown";
import { actionOf, stepsOf, workflowType } from "./workflowType";

/** What anybody who opens an issue or a pull request chooses, names of branches included. */
const untrusted =
  /\$\{\{(?:(?!\}\})[^])*?\b(github\.(event\.(issue|pull_request|comment|review|review_comment|discussion|head_commit|commits|pages|workflow_run|inputs|client_payload)\b[\w.*[\]-]*|head_ref|ref_name)|inputs\.[\w-]+)(?:(?!\}\})[^])*\}\}/;
/** Parts of these events that are numbers, hashes or fixed words. */
const harmless = /\.(number|id|sha|node_id|state|merged|draft|action|html_url)(?![\w.])/;

/** Refuses expressions of an outsider's choice in a script: they are pasted into it before the shell reads it. */
export const disallowInjection = definePolicy({
  finding: "workflow-script-disallow-injection",
  type: workflowType,
  *check({ props }) {
    for (const { path, value } of stepsOf(props)) {
      const scripts = [["run"], ...(actionOf(value) === "actions/github-script" ? [["with", "script"]] : [])];
      for (const script of scripts) {
        const text = readText(value, ...script);
        if (typeof text !== "string") continue;
        const found = [...text.matchAll(new RegExp(untrusted, "g"))].find(
          ([, what]) => !harmless.test(what!),
        );
        if (found) {
          yield {
            observed: `${path}.${script.join(".")} pastes ${found[1]}`,
            required: "the value in env, and the variable in the script",
          };
        }
      }
    }
  },
});

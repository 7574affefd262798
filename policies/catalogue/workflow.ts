import type { Finding } from "./finding";
import { policyAnd } from "./places";

const ofWorkflow = policyAnd(
  { none: "workflows are files of the repository, by no component" },
  { none: "runs on GitHub, where no probe of the stack reaches" },
);

/** GitHub workflows, as the check command reads them. */
export const workflowFindings = {
  "workflow-action-require-pin": {
    title: "Action or image of a workflow that can change under its name",
    severity: "high",
    frameworks: { owasp: "A08:2021" },
    remediation: "Name the action by its full commit SHA, with the version in a comment.",
    places: ofWorkflow("workflow/requirePin"),
  },
  "workflow-token-limit-permissions": {
    title: "Workflow whose token may do more than it needs",
    severity: "high",
    frameworks: { owasp: "A01:2021" },
    remediation: "Set permissions: {} at the top, and what each job needs in the job.",
    places: ofWorkflow("workflow/limitPermissions"),
  },
  "workflow-script-disallow-injection": {
    title: "Script into which an outsider's text is pasted",
    severity: "critical",
    frameworks: { owasp: "A03:2021" },
    remediation: "Hand the value over in env, and use the variable in the script.",
    places: ofWorkflow("workflow/disallowInjection"),
  },
  "workflow-trigger-disallow-untrusted": {
    title: "Outsiders' code run with the repository's secrets",
    severity: "critical",
    frameworks: { owasp: "A08:2021" },
    remediation: "Trigger on pull_request, which has no secrets and a token that reads only.",
    places: ofWorkflow("workflow/disallowUntrusted"),
  },
  "workflow-checkout-disallow-credentials": {
    title: "Checkout that leaves its token on disk",
    severity: "medium",
    frameworks: { owasp: "A07:2021" },
    remediation: "Set persist-credentials: false.",
    places: ofWorkflow("workflow/disallowPersistedCredentials"),
  },
  "workflow-registry-disallow-personal-token": {
    title: "Registry login with a token that outlives the run",
    severity: "high",
    frameworks: { article: "extra", owasp: "A07:2021" },
    remediation: "Log in with GITHUB_TOKEN, and give the job packages: write.",
    places: ofWorkflow("workflow/disallowPersonalToken"),
  },
} as const satisfies Record<string, Finding>;

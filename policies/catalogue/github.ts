import type { Finding } from "./finding";
import { ofRepository } from "./places";

/** Repositories, their branches, secrets and workflows. */
export const githubFindings = {
  "github-secret-require-environment": {
    title: "Secret that opens everything, usable by all who can push",
    severity: "critical",
    frameworks: { article: 1, owasp: "CICD-SEC-6" },
    remediation: "Make it an ActionsEnvironmentSecret of an environment with reviewers.",
    places: ofRepository("github/requireEnvironmentSecret", "github/github"),
  },
  "github-environment-require-reviewers": {
    title: "Deployment environment without reviewers",
    severity: "high",
    frameworks: { owasp: "CICD-SEC-1" },
    remediation: "Name at least one reviewer.",
    places: ofRepository("github/requireEnvironmentReviewers", "github/github"),
  },
  "github-repository-disallow-public": {
    title: "Repository that everybody can read",
    severity: "medium",
    frameworks: { owasp: "A01:2021" },
    remediation: "Set visibility to private, or allow it in the pack's configuration.",
    places: ofRepository("github/disallowPublicRepository", "github/github"),
  },
  "github-repository-require-vulnerability-alerts": {
    title: "Repository without vulnerability alerts",
    severity: "low",
    frameworks: { owasp: "CICD-SEC-3" },
    remediation: "Set vulnerabilityAlerts to true.",
    places: ofRepository("github/requireVulnerabilityAlerts", "github/github"),
  },
  "github-branch-require-review": {
    title: "Protected branch that takes unreviewed changes",
    severity: "high",
    frameworks: { owasp: "CICD-SEC-1" },
    remediation: "Require at least one approving review.",
    places: ofRepository("github/requireReview", "github/github"),
  },
  "github-branch-require-signed-commits": {
    title: "Protected branch that takes unsigned commits",
    severity: "medium",
    frameworks: { owasp: "CICD-SEC-9" },
    remediation: "Set requireSignedCommits to true.",
    places: ofRepository("github/requireSignedCommits", "github/github"),
  },
  "github-branch-disallow-bypass": {
    title: "Protected branch with ways around",
    severity: "high",
    frameworks: { owasp: "CICD-SEC-1" },
    remediation: "Forbid force pushes and deletion, and enforce the rules for administrators.",
    places: ofRepository("github/disallowBypass", "github/github"),
  },
  "github-actions-limit-allowed": {
    title: "Workflows may use any action",
    severity: "medium",
    frameworks: { owasp: "CICD-SEC-8" },
    remediation: "Set allowedActions to selected, and name them.",
    places: ofRepository("github/limitActions", "github/github"),
  },
  "github-environment-require-branches": {
    title: "Deployment environment that any branch may use",
    severity: "high",
    frameworks: { owasp: "CICD-SEC-1" },
    remediation: "Set deploymentBranchPolicy, and canAdminsBypass to false.",
    places: ofRepository("github/requireEnvironmentBranches", "github/github"),
  },
  "github-token-limit-permissions": {
    title: "Workflows whose token writes unless they say otherwise",
    severity: "high",
    frameworks: { owasp: "CICD-SEC-5" },
    remediation: "Set defaultWorkflowPermissions to read, and canApprovePullRequestReviews to false.",
    places: ofRepository("github/limitWorkflowToken", "github/github"),
  },
} as const satisfies Record<string, Finding>;

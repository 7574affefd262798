import type { Finding } from "./finding";

/** Repositories, their branches, secrets and workflows. */
export const githubFindings = {
  "github-secret-require-environment": {
    title: "Secret that opens everything, usable by all who can push",
    severity: "critical",
    frameworks: { article: 1, owasp: "CICD-SEC-6" },
    remediation: "Make it an ActionsEnvironmentSecret of an environment with reviewers.",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/github/requireEnvironmentSecret.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/github/github.test.ts",
    },
  },
  "github-environment-require-reviewers": {
    title: "Deployment environment without reviewers",
    severity: "high",
    frameworks: { owasp: "CICD-SEC-1" },
    remediation: "Name at least one reviewer.",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/github/requireEnvironmentReviewers.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/github/github.test.ts",
    },
  },
  "github-repository-disallow-public": {
    title: "Repository that everybody can read",
    severity: "medium",
    frameworks: { owasp: "A01:2021" },
    remediation: "Set visibility to private, or allow it in the pack's configuration.",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/github/disallowPublicRepository.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/github/github.test.ts",
    },
  },
  "github-repository-require-vulnerability-alerts": {
    title: "Repository without vulnerability alerts",
    severity: "low",
    frameworks: { owasp: "CICD-SEC-3" },
    remediation: "Set vulnerabilityAlerts to true.",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/github/requireVulnerabilityAlerts.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/github/github.test.ts",
    },
  },
  "github-branch-require-review": {
    title: "Protected branch that takes unreviewed changes",
    severity: "high",
    frameworks: { owasp: "CICD-SEC-1" },
    remediation: "Require at least one approving review.",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/github/requireReview.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/github/github.test.ts",
    },
  },
  "github-branch-require-signed-commits": {
    title: "Protected branch that takes unsigned commits",
    severity: "medium",
    frameworks: { owasp: "CICD-SEC-9" },
    remediation: "Set requireSignedCommits to true.",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/github/requireSignedCommits.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/github/github.test.ts",
    },
  },
  "github-branch-disallow-bypass": {
    title: "Protected branch with ways around",
    severity: "high",
    frameworks: { owasp: "CICD-SEC-1" },
    remediation: "Forbid force pushes and deletion, and enforce the rules for administrators.",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/github/disallowBypass.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/github/github.test.ts",
    },
  },
  "github-actions-limit-allowed": {
    title: "Workflows may use any action",
    severity: "medium",
    frameworks: { owasp: "CICD-SEC-8" },
    remediation: "Set allowedActions to selected, and name them.",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/github/limitActions.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/github/github.test.ts",
    },
  },
} as const satisfies Record<string, Finding>;

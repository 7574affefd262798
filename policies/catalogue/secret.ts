import type { Finding } from "./finding";

/** What must not stand where a secret belongs. */
export const secretFindings = {
  "secret-input-disallow-known-dev-value": {
    title: "Known development secret or placeholder in a resource's inputs",
    severity: "critical",
    frameworks: { article: 3, owasp: "A07:2021" },
    remediation:
      "Generate the value (openssl rand -base64 32) and set it as a Pulumi secret; rotate it wherever it was used.",
    places: {
      component: { none: "the value is the caller's; make up generates dev's secrets at random" },
      policy: "policies/secret/disallowKnownDevValue.ts",
      probe: {
        none: "a running container doesn't show its secrets; container-inspect-disallow-secret proves that",
      },
      test: "test/policies/secret/disallowKnownDevValue.test.ts",
    },
  },
  "secret-input-require-mark": {
    title: "Secret that Pulumi doesn't know is one",
    severity: "high",
    frameworks: { article: 3, owasp: "A02:2021" },
    remediation: "Wrap it with pulumi.secret, or read it with config.requireSecret.",
    places: {
      component: { none: "the value is the caller's; stacks/config.ts reads every secret as one" },
      policy: "policies/secret/requireMark.ts",
      probe: { none: "a running container doesn't tell what was a Pulumi secret; the state does" },
      test: "test/policies/secret/requireMark.test.ts",
    },
  },
  "secret-value-disallow-reuse": {
    title: "One secret for two purposes",
    severity: "high",
    frameworks: { article: 7, owasp: "A07:2021" },
    remediation: "Generate a secret of its own for each purpose.",
    places: {
      component: { none: "the values are the caller's; make up generates each of dev's by itself" },
      policy: "policies/secret/disallowReuse.ts",
      probe: { none: "a running container doesn't show its secrets" },
      test: "test/policies/secret/disallowReuse.test.ts",
    },
  },
  "secret-output-disallow-plain": {
    title: "Secret among a stack's plain outputs",
    severity: "high",
    frameworks: { owasp: "A02:2021" },
    remediation: "Wrap the output with pulumi.secret, or leave it out.",
    places: {
      component: { none: "outputs are the program's own; this one exports no secret" },
      policy: "policies/secret/disallowPlainOutput.ts",
      probe: { none: "outputs are in the state, not on the running stack" },
      test: "test/policies/secret/disallowPlainOutput.test.ts",
    },
  },
} as const satisfies Record<string, Finding>;

import type { Finding } from "./finding";
import { hardenedContainer } from "./places";

/** Where a container's secrets must not stand. */
export const containerSecretFindings = {
  "container-environment-disallow-secret": {
    title: "Secret in an environment value",
    severity: "high",
    frameworks: { article: "extra", owasp: "Docker RULE #12" },
    remediation:
      "Hand the secret over as a file under /run/secrets; environment values show in docker inspect and in every child process.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/disallowEnvironmentSecret.ts",
      probe: "probes/container/disallowInspectSecret.ts",
      test: "test/policies/container/disallowEnvironmentSecret.test.ts",
    },
  },
  "container-inspect-disallow-secret": {
    title: "Secret visible in docker inspect",
    severity: "high",
    frameworks: { article: "extra", owasp: "Docker RULE #12" },
    remediation:
      "Hand secrets over as files under /run/secrets, never as environment values, labels or arguments.",
    places: {
      component: hardenedContainer,
      policy: {
        none: "what Docker shows of a running container; container-environment-disallow-secret refuses its cause",
      },
      probe: "probes/container/disallowInspectSecret.ts",
      test: "test/probes/container/disallowInspectSecret.test.ts",
    },
  },
  "container-label-disallow-secret": {
    title: "Secret in a label",
    severity: "high",
    frameworks: { article: "extra", owasp: "Docker RULE #12" },
    remediation:
      "Hand the secret over as a file under /run/secrets; labels show in docker inspect and docker ps.",
    places: {
      component: { none: "HardenedContainer sets its own labels, and has no argument for others" },
      policy: "policies/container/disallowLabelSecret.ts",
      probe: { none: "container-inspect-disallow-secret proves it: labels are part of docker inspect" },
      test: "test/policies/container/disallowLabelSecret.test.ts",
    },
  },
  "container-command-disallow-secret": {
    title: "Secret on a command line",
    severity: "high",
    frameworks: { article: "extra", owasp: "Docker RULE #12" },
    remediation: "Mount it as a file under /run/secrets, and name the file on the command line.",
    places: {
      component: { none: "HardenedContainer takes secrets as files, and a command as plain text" },
      policy: "policies/container/disallowCommandSecret.ts",
      probe: { none: "container-inspect-disallow-secret proves it: commands are part of docker inspect" },
      test: "test/policies/container/disallowCommandSecret.test.ts",
    },
  },
} as const satisfies Record<string, Finding>;

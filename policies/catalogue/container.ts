import type { Finding } from "./finding";

const hardenedContainer = "components/container/hardenedContainer.ts";

/** What containers must and must not be. */
export const containerFindings = {
  "container-image-disallow-latest": {
    title: "Image without a tag, or tagged latest",
    severity: "high",
    frameworks: { article: "extra", cisDocker: "5.28", owasp: "Docker RULE #13" },
    remediation:
      "Name the version and pin it by digest: name:tag@sha256:…; own images by the git SHA they were built from.",
    places: {
      component: { none: "a component takes any image; images.lock.json names each by its digest" },
      policy: "policies/container/disallowLatest.ts",
      probe: "probes/container/disallowLatest.ts",
      test: "test/policies/container/disallowLatest.test.ts",
    },
  },
  "container-image-require-digest": {
    title: "Third-party image not pinned by digest, or own image not tagged with a git SHA",
    severity: "medium",
    frameworks: { article: "extra", cisDocker: "5.28", owasp: "Docker RULE #13" },
    remediation:
      "Append the digest (name:tag@sha256:…), so that a push to the registry can't change what runs.",
    places: {
      component: { none: "a component takes any image; images.lock.json names each by its digest" },
      policy: "policies/container/requireDigest.ts",
      probe: "probes/container/requireDigest.ts",
      test: "test/policies/container/requireDigest.test.ts",
    },
  },
  "container-process-disallow-privileged": {
    title: "Privileged container",
    severity: "critical",
    frameworks: { cisDocker: "5.5", owasp: "Docker RULE #3" },
    remediation: "Remove privileged; a privileged process is root on the host.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/disallowPrivileged.ts",
      probe: "probes/container/disallowPrivileged.ts",
      test: "test/policies/container/disallowPrivileged.test.ts",
    },
  },
  "container-mount-disallow-docker-socket": {
    title: "Docker socket inside a container",
    severity: "critical",
    frameworks: { article: "extra", cisDocker: "5.32", owasp: "Docker RULE #1" },
    remediation: "Remove the mount; whoever reaches the Docker socket is root on the host.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/disallowDockerSocket.ts",
      probe: "probes/container/disallowDockerSocket.ts",
      test: "test/policies/container/disallowDockerSocket.test.ts",
    },
  },
  "container-namespace-disallow-host": {
    title: "Container in one of the host's namespaces",
    severity: "critical",
    frameworks: { cisDocker: "5.10, 5.16, 5.17, 5.21, 5.31", owasp: "Docker RULE #5" },
    remediation: "Leave network, PID, IPC, UTS and user namespace modes unset, or private.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/disallowHostNamespace.ts",
      probe: "probes/container/disallowHostNamespace.ts",
      test: "test/policies/container/disallowHostNamespace.test.ts",
    },
  },
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
  "container-port-disallow-all-interfaces": {
    title: "Port published on all interfaces",
    severity: "high",
    frameworks: { cisDocker: "5.14", owasp: "Docker RULE #5" },
    remediation:
      "Publish on one address (ip: 127.0.0.1 for administration); only the edge is allowed beyond loopback.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/disallowAllInterfaces.ts",
      probe: "probes/container/disallowAllInterfaces.ts",
      test: "test/policies/container/disallowAllInterfaces.test.ts",
    },
  },
  "container-process-require-non-root": {
    title: "Container runs as root",
    severity: "high",
    frameworks: { cisDocker: "4.1", owasp: "Docker RULE #2" },
    remediation: "Set user to the image's numeric uid:gid, not 0.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/requireNonRoot.ts",
      probe: "probes/container/requireNonRoot.ts",
      test: "test/policies/container/requireNonRoot.test.ts",
    },
  },
  "container-filesystem-require-read-only": {
    title: "Writable root file system",
    severity: "medium",
    frameworks: { cisDocker: "5.13", owasp: "Docker RULE #8" },
    remediation: "Set readOnly, and name a tmpfs or a volume for each place the process writes to.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/requireReadOnly.ts",
      probe: "probes/container/requireReadOnly.ts",
      test: "test/policies/container/requireReadOnly.test.ts",
    },
  },
  "container-capability-require-drop-all": {
    title: "Linux capabilities kept",
    severity: "high",
    frameworks: { cisDocker: "5.4", owasp: "Docker RULE #3" },
    remediation: "Drop ALL capabilities and add none back.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/requireDropAll.ts",
      probe: "probes/container/requireDropAll.ts",
      test: "test/policies/container/requireDropAll.test.ts",
    },
  },
  "container-process-require-no-new-privileges": {
    title: "Processes may gain privileges",
    severity: "high",
    frameworks: { cisDocker: "5.26", owasp: "Docker RULE #4" },
    remediation: "Add no-new-privileges:true to the security options.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/requireNoNewPrivileges.ts",
      probe: "probes/container/requireNoNewPrivileges.ts",
      test: "test/policies/container/requireNoNewPrivileges.test.ts",
    },
  },
  "container-resource-require-limits": {
    title: "No limit on memory, CPU or processes",
    severity: "medium",
    frameworks: { cisDocker: "5.11, 5.12, 5.29", owasp: "Docker RULE #7" },
    remediation: "Set a memory limit with memorySwap equal to it, a CPU limit, and an nproc ulimit.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/requireLimits.ts",
      probe: "probes/container/requireLimits.ts",
      test: "test/policies/container/requireLimits.test.ts",
    },
  },
  "container-health-require-healthcheck": {
    title: "No healthcheck",
    severity: "low",
    frameworks: { cisDocker: "5.27" },
    remediation: "Give a healthcheck that asks the service itself, with an interval and a time-out.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/requireHealthcheck.ts",
      probe: "probes/container/requireHealthcheck.ts",
      test: "test/policies/container/requireHealthcheck.test.ts",
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
} as const satisfies Record<string, Finding>;

import type { Finding } from "./finding";
import { hardenedContainer, otherContainers } from "./places";

/** What a container's processes may do, and how they are kept. */
export const containerProcessFindings = {
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
  "container-security-disallow-unconfined": {
    title: "Seccomp, AppArmor or SELinux confinement turned off",
    severity: "high",
    frameworks: { cisDocker: "5.2, 5.3, 5.22", owasp: "Docker RULE #6" },
    remediation: "Remove the unconfined option, so that Docker's default profiles apply.",
    places: otherContainers("container/disallowUnconfined"),
  },
  "container-process-disallow-sshd": {
    title: "SSH server in a container",
    severity: "medium",
    frameworks: { cisDocker: "5.7" },
    remediation: "Remove it; use docker exec from the host.",
    places: otherContainers("container/disallowSshd"),
  },
  "container-restart-limit-retries": {
    title: "Restarts without a bound",
    severity: "low",
    frameworks: { cisDocker: "5.15" },
    remediation: "Set restart to on-failure and maxRetryCount to 5.",
    places: otherContainers("container/limitRestarts"),
  },
  "container-cgroup-disallow-custom-parent": {
    title: "Cgroup outside the engine's own",
    severity: "medium",
    frameworks: { cisDocker: "5.25" },
    remediation: "Remove cgroupParent.",
    places: otherContainers("container/disallowCustomCgroup"),
  },
  "container-ulimit-disallow-unlimited": {
    title: "Ulimit taken away",
    severity: "low",
    frameworks: { cisDocker: "5.19" },
    remediation: "Give the ulimit a number, or leave the engine's own.",
    places: otherContainers("container/disallowUnlimited"),
  },
  "container-hook-disallow-privileged": {
    title: "Command run in the container as root, from outside",
    severity: "high",
    frameworks: { cisDocker: "5.23, 5.24", owasp: "Docker RULE #3" },
    remediation: "Leave user and privileged of post_start and pre_stop unset.",
    places: otherContainers("container/disallowPrivilegedHook"),
  },
} as const satisfies Record<string, Finding>;

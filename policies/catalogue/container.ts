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
  "container-security-disallow-unconfined": {
    title: "Seccomp, AppArmor or SELinux confinement turned off",
    severity: "high",
    frameworks: { cisDocker: "5.2, 5.3, 5.22", owasp: "Docker RULE #6" },
    remediation: "Remove the unconfined option, so that Docker's default profiles apply.",
    places: {
      component: { none: "not written by a component's users: HardenedContainer has no argument for it" },
      policy: "policies/container/disallowUnconfined.ts",
      probe: {
        none: "docker inspect shows it, and no probe asks yet: the stack's containers are made by HardenedContainer alone",
      },
      test: "test/policies/container/disallowUnconfined.test.ts",
    },
  },
  "container-mount-disallow-sensitive-path": {
    title: "System directory of the host inside a container",
    severity: "high",
    frameworks: { cisDocker: "5.6", owasp: "Docker RULE #8" },
    remediation: "Use a named volume; copy a needed file with uploads.",
    places: {
      component: { none: "not written by a component's users: HardenedContainer has no argument for it" },
      policy: "policies/container/disallowSensitivePath.ts",
      probe: {
        none: "docker inspect shows it, and no probe asks yet: the stack's containers are made by HardenedContainer alone",
      },
      test: "test/policies/container/disallowSensitivePath.test.ts",
    },
  },
  "container-mount-disallow-shared-propagation": {
    title: "Mounts spread from the container to the host",
    severity: "medium",
    frameworks: { cisDocker: "5.20", owasp: "Docker RULE #8" },
    remediation: "Leave the propagation unset: rprivate.",
    places: {
      component: { none: "not written by a component's users: HardenedContainer has no argument for it" },
      policy: "policies/container/disallowSharedPropagation.ts",
      probe: {
        none: "docker inspect shows it, and no probe asks yet: the stack's containers are made by HardenedContainer alone",
      },
      test: "test/policies/container/disallowSharedPropagation.test.ts",
    },
  },
  "container-port-disallow-privileged": {
    title: "Privileged port of the host published",
    severity: "medium",
    frameworks: { cisDocker: "5.8" },
    remediation: "Publish on a port above 1023, or allow the port in the pack's configuration.",
    places: {
      component: { none: "not written by a component's users: HardenedContainer has no argument for it" },
      policy: "policies/container/disallowPrivilegedPort.ts",
      probe: {
        none: "docker inspect shows it, and no probe asks yet: the stack's containers are made by HardenedContainer alone",
      },
      test: "test/policies/container/disallowPrivilegedPort.test.ts",
    },
  },
  "container-process-disallow-sshd": {
    title: "SSH server in a container",
    severity: "medium",
    frameworks: { cisDocker: "5.7" },
    remediation: "Remove it; use docker exec from the host.",
    places: {
      component: { none: "not written by a component's users: HardenedContainer has no argument for it" },
      policy: "policies/container/disallowSshd.ts",
      probe: {
        none: "docker inspect shows it, and no probe asks yet: the stack's containers are made by HardenedContainer alone",
      },
      test: "test/policies/container/disallowSshd.test.ts",
    },
  },
  "container-device-disallow-host": {
    title: "Device of the host inside a container",
    severity: "high",
    frameworks: { cisDocker: "5.18", owasp: "Docker RULE #3" },
    remediation: "Remove the device.",
    places: {
      component: { none: "not written by a component's users: HardenedContainer has no argument for it" },
      policy: "policies/container/disallowHostDevice.ts",
      probe: {
        none: "docker inspect shows it, and no probe asks yet: the stack's containers are made by HardenedContainer alone",
      },
      test: "test/policies/container/disallowHostDevice.test.ts",
    },
  },
  "container-restart-limit-retries": {
    title: "Restarts without a bound",
    severity: "low",
    frameworks: { cisDocker: "5.15" },
    remediation: "Set restart to on-failure and maxRetryCount to 5.",
    places: {
      component: { none: "not written by a component's users: HardenedContainer has no argument for it" },
      policy: "policies/container/limitRestarts.ts",
      probe: {
        none: "docker inspect shows it, and no probe asks yet: the stack's containers are made by HardenedContainer alone",
      },
      test: "test/policies/container/limitRestarts.test.ts",
    },
  },
  "container-cgroup-disallow-custom-parent": {
    title: "Cgroup outside the engine's own",
    severity: "medium",
    frameworks: { cisDocker: "5.25" },
    remediation: "Remove cgroupParent.",
    places: {
      component: { none: "not written by a component's users: HardenedContainer has no argument for it" },
      policy: "policies/container/disallowCustomCgroup.ts",
      probe: {
        none: "docker inspect shows it, and no probe asks yet: the stack's containers are made by HardenedContainer alone",
      },
      test: "test/policies/container/disallowCustomCgroup.test.ts",
    },
  },
  "container-network-disallow-default-bridge": {
    title: "Container on Docker's default bridge",
    severity: "medium",
    frameworks: { cisDocker: "5.30", owasp: "Docker RULE #5" },
    remediation: "Attach it to a network of the stack's own, or set networkMode to none.",
    places: {
      component: { none: "not written by a component's users: HardenedContainer has no argument for it" },
      policy: "policies/container/disallowDefaultBridge.ts",
      probe: {
        none: "docker inspect shows it, and no probe asks yet: the stack's containers are made by HardenedContainer alone",
      },
      test: "test/policies/container/disallowDefaultBridge.test.ts",
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
} as const satisfies Record<string, Finding>;

import type { Finding } from "./finding";
import { hardenedContainer, otherContainers } from "./places";

/** What a container runs, and what of the host and the network it touches. */
export const containerExposureFindings = {
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
  "container-port-disallow-all-interfaces": {
    title: "Port published on all interfaces",
    severity: "high",
    frameworks: { cisDocker: "5.9, 5.14", owasp: "Docker RULE #5" },
    remediation:
      "Publish on one address (ip: 127.0.0.1 for administration); only the edge is allowed beyond loopback.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/disallowAllInterfaces.ts",
      probe: "probes/container/disallowAllInterfaces.ts",
      test: "test/policies/container/disallowAllInterfaces.test.ts",
    },
  },
  "container-mount-disallow-sensitive-path": {
    title: "System directory of the host inside a container",
    severity: "high",
    frameworks: { cisDocker: "5.6", owasp: "Docker RULE #8" },
    remediation: "Use a named volume; copy a needed file with uploads.",
    places: otherContainers("container/disallowSensitivePath"),
  },
  "container-mount-disallow-shared-propagation": {
    title: "Mounts spread from the container to the host",
    severity: "medium",
    frameworks: { cisDocker: "5.20", owasp: "Docker RULE #8" },
    remediation: "Leave the propagation unset: rprivate.",
    places: otherContainers("container/disallowSharedPropagation"),
  },
  "container-port-disallow-privileged": {
    title: "Privileged port of the host published",
    severity: "medium",
    frameworks: { cisDocker: "5.8" },
    remediation: "Publish on a port above 1023, or allow the port in the pack's configuration.",
    places: otherContainers("container/disallowPrivilegedPort"),
  },
  "container-device-disallow-host": {
    title: "Device of the host inside a container",
    severity: "high",
    frameworks: { cisDocker: "5.18", owasp: "Docker RULE #3" },
    remediation: "Remove the device.",
    places: otherContainers("container/disallowHostDevice"),
  },
  "container-network-disallow-default-bridge": {
    title: "Container on Docker's default bridge",
    severity: "medium",
    frameworks: { cisDocker: "5.30", owasp: "Docker RULE #5" },
    remediation: "Attach it to a network of the stack's own, or set networkMode to none.",
    places: otherContainers("container/disallowDefaultBridge"),
  },
  "container-volume-disallow-sharing": {
    title: "Volume that two containers write to",
    severity: "medium",
    frameworks: { owasp: "Docker RULE #8" },
    remediation: "Give each container a volume of its own, or mount it read-only in all but one.",
    places: otherContainers("container/disallowSharedVolume"),
  },
} as const satisfies Record<string, Finding>;

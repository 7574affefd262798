import type { Finding } from "./finding";
import { elsewhere } from "./places";

/** Images, as they are pulled, built and pushed, and the engine around them. */
export const imageFindings = {
  "image-tag-disallow-latest": {
    title: "Image pulled, built or pushed without a tag, or as latest",
    severity: "high",
    frameworks: { article: "extra", owasp: "Docker RULE #13" },
    remediation: "Tag it with its version or git SHA.",
    places: elsewhere("image/disallowLatestTag"),
  },
  "image-pull-require-digest": {
    title: "Image pulled by a tag that can move",
    severity: "medium",
    frameworks: { article: "extra", cisDocker: "5.28", owasp: "Docker RULE #13" },
    remediation: "Append the digest: name:tag@sha256:….",
    places: elsewhere("image/requirePullByDigest"),
  },
  "image-build-disallow-secret-argument": {
    title: "Secret in a build argument",
    severity: "high",
    frameworks: { cisDocker: "4.10", owasp: "Docker RULE #12" },
    remediation: "Use a build secret: RUN --mount=type=secret.",
    places: elsewhere("image/disallowBuildSecret"),
  },
  "docker-plugin-disallow-all-permissions": {
    title: "Engine plugin with whatever permissions it asks for",
    severity: "high",
    frameworks: { owasp: "Docker RULE #3" },
    remediation: "Name each permission in grantPermissions.",
    places: elsewhere("docker/disallowPluginPermissions"),
  },
  "docker-network-require-overlay-encryption": {
    title: "Overlay network in clear text between machines",
    severity: "medium",
    frameworks: { cisDocker: "7.4", owasp: "A02:2021" },
    remediation: "Set the option encrypted to true.",
    places: elsewhere("docker/requireOverlayEncryption"),
  },
  "docker-provider-require-tls": {
    title: "Docker engine reached over the network without a certificate",
    severity: "critical",
    frameworks: { cisDocker: "2.6", owasp: "Docker RULE #1" },
    remediation: "Reach it by ssh://, or give the provider a CA and a client's certificate.",
    places: elsewhere("docker/requireEngineTls"),
  },
  "image-registry-require-tls": {
    title: "Registry whose certificate isn't verified",
    severity: "high",
    frameworks: { cisDocker: "2.4", owasp: "A02:2021" },
    remediation: "Remove insecureSkipVerify; trust the registry's CA on the machine.",
    places: elsewhere("image/requireRegistryTls"),
  },
  "image-build-disallow-privilege": {
    title: "Build with the host's network or privileges",
    severity: "high",
    frameworks: { owasp: "Docker RULE #3" },
    remediation: "Leave network, privileged and entitlements of the build unset.",
    places: elsewhere("image/disallowBuildPrivilege"),
  },
} as const satisfies Record<string, Finding>;

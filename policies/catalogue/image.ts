import type { Finding } from "./finding";

/** Images, as they are pulled, built and pushed, and the engine around them. */
export const imageFindings = {
  "image-tag-disallow-latest": {
    title: "Image pulled, built or pushed without a tag, or as latest",
    severity: "high",
    frameworks: { article: "extra", owasp: "Docker RULE #13" },
    remediation: "Tag it with its version or git SHA.",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/image/disallowLatestTag.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/image/disallowLatestTag.test.ts",
    },
  },
  "image-pull-require-digest": {
    title: "Image pulled by a tag that can move",
    severity: "medium",
    frameworks: { article: "extra", cisDocker: "5.28", owasp: "Docker RULE #13" },
    remediation: "Append the digest: name:tag@sha256:….",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/image/requirePullByDigest.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/image/requirePullByDigest.test.ts",
    },
  },
  "image-build-disallow-secret-argument": {
    title: "Secret in a build argument",
    severity: "high",
    frameworks: { cisDocker: "4.10", owasp: "Docker RULE #12" },
    remediation: "Use a build secret: RUN --mount=type=secret.",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/image/disallowBuildSecret.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/image/disallowBuildSecret.test.ts",
    },
  },
  "docker-plugin-disallow-all-permissions": {
    title: "Engine plugin with whatever permissions it asks for",
    severity: "high",
    frameworks: { owasp: "Docker RULE #3" },
    remediation: "Name each permission in grantPermissions.",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/docker/disallowPluginPermissions.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/docker/disallowPluginPermissions.test.ts",
    },
  },
  "docker-network-require-overlay-encryption": {
    title: "Overlay network in clear text between machines",
    severity: "medium",
    frameworks: { cisDocker: "7.4", owasp: "A02:2021" },
    remediation: "Set the option encrypted to true.",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/docker/requireOverlayEncryption.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/docker/requireOverlayEncryption.test.ts",
    },
  },
} as const satisfies Record<string, Finding>;

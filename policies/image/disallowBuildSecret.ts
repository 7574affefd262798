import { definePolicy } from "../definePolicy";
import { isReference } from "../secret/reference";
import { isSecretName } from "../secret/secretName";
import { read, readText, unknown } from "../unknown";

const argumentPaths: Record<string, string[]> = {
  "docker:index/image:Image": ["build", "args"],
  "docker:index/remoteImage:RemoteImage": ["build", "buildArgs"],
  "docker-build:index:Image": ["buildArgs"],
};

/** Refuses secrets in build arguments, which stay in the image's history: by their name, or by Pulumi's mark. */
export const disallowBuildSecret = definePolicy({
  finding: "image-build-disallow-secret-argument",
  appliesTo: (type) => type in argumentPaths,
  *check({ type, props, secrets }) {
    const path = argumentPaths[type]!;
    const at = path.join(".");
    const args = read(props, ...path);
    const required = "a build secret (RUN --mount=type=secret)";
    if (secrets?.has(at) || secrets?.has(path[0]!)) {
      yield { observed: `${at} is a Pulumi secret`, required };
      return;
    }
    if (args === unknown || typeof args !== "object" || args === null) return;
    for (const name of Object.keys(args)) {
      const value = readText(args, name);
      const named = isSecretName(name) && value !== undefined && (value === unknown || !isReference(value));
      if (named || secrets?.has(`${at}.${name}`))
        yield { observed: `${at} has the secret ${name}`, required };
    }
  },
});

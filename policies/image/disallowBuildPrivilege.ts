import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readFlag, readText, readTexts, unknown } from "../unknown";

/** Where each type has the network of its build steps. */
const networkPaths: Record<string, string[]> = {
  "docker:index/image:Image": ["build", "network"],
  "docker:index/remoteImage:RemoteImage": ["build", "networkMode"],
  "docker-build:index:Image": ["network"],
};

/** Refuses builds in the host's network, privileged or unconfined: what a Dockerfile runs is others' code. */
export const disallowBuildPrivilege = definePolicy({
  finding: "image-build-disallow-privilege",
  appliesTo: (type) => type in networkPaths,
  *check({ type, props }) {
    const path = networkPaths[type]!;
    const network = readText(props, ...path);
    if (network === unknown || network === "host") {
      yield { observed: `${path.join(".")} is ${masked(network)}`, required: "absent, default or none" };
    }
    // Only a compose file can say these two.
    const privileged = readFlag(props, "build", "privileged");
    if (privileged)
      yield { observed: `build.privileged is ${masked(privileged)}`, required: "absent or false" };
    for (const input of ["entitlements", "securityOpts"]) {
      const options = readTexts(props, "build", input);
      for (const option of options === unknown ? [unknown] : options) {
        if (typeof option === "string" && !/^(security\.insecure|network\.host)$|=unconfined$/.test(option))
          continue;
        yield { observed: `build.${input} has ${masked(option)}`, required: "none of it" };
      }
    }
  },
});

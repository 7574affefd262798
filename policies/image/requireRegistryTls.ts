import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readFlag } from "../unknown";

/** Refuses to talk to a registry whose certificate isn't verified: who is in between decides what the image is. */
export const requireRegistryTls = definePolicy({
  finding: "image-registry-require-tls",
  type: "docker:index/registryImage:RegistryImage",
  *check({ props }) {
    const skip = readFlag(props, "insecureSkipVerify");
    if (skip) yield { observed: `insecureSkipVerify is ${masked(skip)}`, required: "absent or false" };
  },
});

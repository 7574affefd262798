import { masked } from "../masked";
import { dockerPolicy } from "./containerPolicy";

/** Refuses a parent cgroup of its own, which takes a container out of the engine's limits. */
export const disallowCustomCgroup = dockerPolicy({
  finding: "container-cgroup-disallow-custom-parent",
  *check({ cgroupParent: { path, value } }) {
    if (value) yield { observed: `${path} is ${masked(value)}`, required: "absent" };
  },
});

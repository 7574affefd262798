import { masked } from "../masked";
import { containerPolicy } from "./containerPolicy";

/** Refuses privileged containers, and a privileged flag that only the deploy will know. */
export const disallowPrivileged = containerPolicy({
  finding: "container-process-disallow-privileged",
  *check({ privileged: { path, value } }) {
    if (value) yield { observed: `${path} is ${masked(value)}`, required: "absent or false" };
  },
});

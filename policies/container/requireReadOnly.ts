import { masked } from "../masked";
import { dockerPolicy } from "./containerPolicy";

/** Requires a read-only root file system. Docker can't upload into one, so a container that never starts may do without. */
export const requireReadOnly = dockerPolicy({
  finding: "container-filesystem-require-read-only",
  *check({ readOnly: { path, value }, neverStarted }) {
    if (value !== true && !neverStarted) yield { observed: `${path} is ${masked(value)}`, required: "true" };
  },
});

import { masked } from "../masked";
import { containerPolicy } from "./containerPolicy";

/** Requires a read-only root file system. Docker can't upload into one, so a container that never starts may do without. */
export const requireReadOnly = containerPolicy({
  finding: "container-filesystem-require-read-only",
  *check({ readOnly, neverStarted }) {
    if (!readOnly || neverStarted) return;
    const { path, value } = readOnly;
    if (value !== true) yield { observed: `${path} is ${masked(value)}`, required: "true" };
  },
});

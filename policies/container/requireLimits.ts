import { masked } from "../masked";
import { dockerPolicy } from "./containerPolicy";

/**
 * Requires limits on memory, CPU and processes. @pulumi/docker has no PIDs limit for a container: the nproc ulimit
 * counts the processes of the container's user, a partial cover. `docker.Service` has neither.
 */
export const requireLimits = dockerPolicy({
  finding: "container-resource-require-limits",
  *check({ memory, cpu, processes, neverStarted }) {
    if (neverStarted) return;
    const limits = [
      { what: "memory", ...memory },
      { what: "CPU", ...cpu },
      ...(processes ? [{ what: "process", ...processes }] : []),
    ];
    for (const { what, path, value } of limits) {
      if (typeof value === "number" && value > 0) continue;
      yield { observed: `${path} is ${masked(value)}`, required: `a ${what} limit above 0` };
    }
  },
});

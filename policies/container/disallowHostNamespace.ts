import { masked } from "../masked";
import { unknown } from "../unknown";
import { containerPolicy } from "./containerPolicy";

/**
 * Refuses the host's network, PID, IPC, UTS, user and cgroup namespaces. A mode that only the deploy will know is refused too.
 */
export const disallowHostNamespace = containerPolicy({
  finding: "container-namespace-disallow-host",
  *check({ namespaces }) {
    for (const { path, value, namespace } of namespaces) {
      if (value === unknown || value?.trim().toLowerCase() === "host") {
        yield {
          observed: `${path} is ${masked(value)}`,
          required: `a ${namespace} namespace other than the host's`,
        };
      }
    }
  },
});

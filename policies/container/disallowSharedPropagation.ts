import { masked } from "../masked";
import { unknown } from "../unknown";
import { containerPolicy } from "./containerPolicy";

const shared = /^(r?shared|Bidirectional)$/;

/** Refuses mounts whose changes spread from the container to the host: `shared`, in Kubernetes `Bidirectional`. */
export const disallowSharedPropagation = containerPolicy({
  finding: "container-mount-disallow-shared-propagation",
  *check({ propagations }) {
    for (const { path, value } of propagations) {
      if (value === unknown || (value !== undefined && shared.test(value))) {
        yield { observed: `${path} is ${masked(value)}`, required: "absent, rprivate or rslave" };
      }
    }
  },
});

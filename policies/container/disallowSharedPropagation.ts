import { masked } from "../masked";
import { unknown } from "../unknown";
import { dockerPolicy } from "./containerPolicy";

/** Refuses mounts whose changes spread from the container to the host. */
export const disallowSharedPropagation = dockerPolicy({
  finding: "container-mount-disallow-shared-propagation",
  *check({ propagations }) {
    for (const { path, value } of propagations) {
      if (value === unknown || value === "shared" || value === "rshared") {
        yield { observed: `${path} is ${masked(value)}`, required: "absent, rprivate or rslave" };
      }
    }
  },
});

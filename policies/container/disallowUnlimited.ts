import { masked } from "../masked";
import { dockerPolicy } from "./containerPolicy";

/** Refuses ulimits that take a limit away: -1 is none. */
export const disallowUnlimited = dockerPolicy({
  finding: "container-ulimit-disallow-unlimited",
  *check({ ulimits }) {
    for (const { path, value } of ulimits) {
      if (typeof value !== "number" || value >= 0) continue;
      yield { observed: `${path} is ${masked(value)}`, required: "a number, or the engine's own limit" };
    }
  },
});

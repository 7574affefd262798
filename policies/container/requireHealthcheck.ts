import { masked } from "../masked";
import { unknown } from "../unknown";
import { dockerPolicy } from "./containerPolicy";

/** Requires a healthcheck of the declaration's own: an image's can't be seen, and NONE turns it off. */
export const requireHealthcheck = dockerPolicy({
  finding: "container-health-require-healthcheck",
  *check({ healthcheck: { path, value }, neverStarted }) {
    if (neverStarted) return;
    const tests = value === unknown || value === undefined ? [] : value;
    if (tests.length === 0 || tests[0] === unknown || tests[0]?.toUpperCase() === "NONE") {
      yield {
        observed: `${path} is ${value === unknown ? masked(value) : tests.length ? "NONE" : "absent"}`,
        required: "a command that asks the service",
      };
    }
  },
});

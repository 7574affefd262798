import { masked } from "../masked";
import { dockerPolicy } from "./containerPolicy";

interface Parameters {
  maximum: number;
}

/**
 * Requires restarts to be bounded: without, a service that fails at its start runs in circles, unseen. Swarm bounds
 * and delays restarts by itself.
 */
export const limitRestarts = dockerPolicy<Parameters>({
  finding: "container-restart-limit-retries",
  parameters: { maximum: { type: "integer", minimum: 1, default: 5, description: "Most restarts in a row" } },
  *check({ restart }, { maximum }) {
    if (!restart) return;
    const { policy, maximum: declared } = restart;
    const required = `no, or on-failure with at most ${maximum} retries`;
    if (policy.value === undefined || policy.value === "no" || policy.value === "") return;
    if (policy.value !== "on-failure") {
      yield { observed: `${policy.path} is ${masked(policy.value)}`, required };
    } else if (typeof declared.value !== "number" || declared.value < 1 || declared.value > maximum) {
      yield { observed: `${declared.path} is ${masked(declared.value)}`, required };
    }
  },
});

import { dockerPolicy } from "./containerPolicy";

/** Refuses Docker's own bridge, where every container reaches every other: networks of the stack's own part them. */
export const disallowDefaultBridge = dockerPolicy({
  finding: "container-network-disallow-default-bridge",
  *check({ onDefaultBridge }) {
    if (onDefaultBridge) {
      yield {
        observed: "networksAdvanced names no network but the default bridge",
        required: "networks of the stack's own, or none",
      };
    }
  },
});

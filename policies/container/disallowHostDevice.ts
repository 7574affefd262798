import { masked } from "../masked";
import { containerPolicy } from "./containerPolicy";

/** Refuses devices of the host in a container. */
export const disallowHostDevice = containerPolicy({
  finding: "container-device-disallow-host",
  *check({ devices }) {
    for (const { path, value } of devices)
      yield { observed: `${path} is ${masked(value)}`, required: "no device" };
  },
});

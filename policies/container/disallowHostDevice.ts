import { masked } from "../masked";
import { dockerPolicy } from "./containerPolicy";

/** Refuses devices of the host in a container. */
export const disallowHostDevice = dockerPolicy({
  finding: "container-device-disallow-host",
  *check({ devices }) {
    for (const { path, value } of devices)
      yield { observed: `${path} is ${masked(value)}`, required: "no device" };
  },
});

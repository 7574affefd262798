import { masked } from "../masked";
import { dockerPolicy } from "./containerPolicy";

interface Parameters {
  allowedPorts: number[];
}

/** Refuses ports of the host below 1024, where clients expect the system's own services. */
export const disallowPrivilegedPort = dockerPolicy<Parameters>({
  finding: "container-port-disallow-privileged",
  parameters: {
    allowedPorts: {
      type: "array",
      items: { type: "integer", minimum: 1, maximum: 1023 },
      default: [80, 443],
      description: "Ports below 1024 that containers may publish",
    },
  },
  *check({ publishedPorts }, { allowedPorts }) {
    for (const { path, port } of publishedPorts) {
      if (typeof port !== "number" || port < 1 || port > 1023 || allowedPorts.includes(port)) continue;
      yield {
        observed: `${path} publishes port ${masked(port)}`,
        required: "a port above 1023, or an allowed one",
      };
    }
  },
});

import { masked } from "../masked";
import { unknown } from "../unknown";
import { dockerPolicy } from "./containerPolicy";

interface Parameters {
  publicPorts: number[];
}

const everywhere = new Set(["", "0.0.0.0", "::", "0:0:0:0:0:0:0:0", "[::]", "*"]);

/**
 * Refuses ports published on every interface: Docker's default, which also goes around the host's firewall. An
 * address that only the deploy will know is refused too.
 */
export const disallowAllInterfaces = dockerPolicy<Parameters>({
  finding: "container-port-disallow-all-interfaces",
  parameters: {
    publicPorts: {
      type: "array",
      items: { type: "integer", minimum: 1, maximum: 65535 },
      default: [],
      description: "Ports of the host that may be published on all interfaces, such as 443 of a public edge",
    },
  },
  *check({ publishedPorts, publishAll }, { publicPorts }) {
    for (const { path, address, port } of publishedPorts) {
      if (typeof port === "number" && publicPorts.includes(port)) continue;
      if (address !== unknown && address !== undefined && !everywhere.has(address.trim())) continue;
      const where = address === unknown ? "an address unknown until deployed" : "all interfaces";
      yield {
        observed: `${path} publishes ${port === undefined ? "a random port" : `port ${masked(port)}`} on ${where}`,
        required: "the address of one interface",
      };
    }
    if (publishAll.value) {
      yield {
        observed: `${publishAll.path} is ${masked(publishAll.value)}`,
        required: "each port published by itself, on one address",
      };
    }
  },
});

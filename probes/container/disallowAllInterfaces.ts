import { BlockList } from "node:net";

import { probe } from "../probe";
import { everyContainer } from "./everyContainer";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");

/** Proves container-port-disallow-all-interfaces: only the edge may be published beyond loopback. */
export const disallowAllInterfaces = probe("container-port-disallow-all-interfaces", (target) =>
  everyContainer(
    target,
    ({ service, inspection }) => {
      const published = Object.values(inspection.NetworkSettings.Ports).flatMap((bindings) => bindings ?? []);
      const wrong = published.filter(
        ({ HostIp }) => service !== "edge" && !loopback.check(HostIp, HostIp.includes(":") ? "ipv6" : "ipv4"),
      );
      return wrong.length > 0
        ? `publishes ${wrong.map(({ HostIp, HostPort }) => `${HostIp || "*"}:${HostPort}`).join(", ")}`
        : undefined;
    },
    "published on loopback, or not at all; only the edge may be elsewhere",
  ),
);

import { probe } from "../probe";
import { everyContainer } from "./everyContainer";

const modes = ["NetworkMode", "PidMode", "IpcMode", "UTSMode", "UsernsMode", "CgroupnsMode"] as const;

/** Proves container-namespace-disallow-host. */
export const disallowHostNamespace = probe("container-namespace-disallow-host", (target) =>
  everyContainer(
    target,
    ({ inspection }) => {
      const host = modes.filter((mode) => inspection.HostConfig[mode] === "host");
      return host.length > 0 ? `${host.join(", ")} is host` : undefined;
    },
    "namespaces of their own",
  ),
);

import { probe } from "../probe";
import { everyContainer } from "./everyContainer";

/** Proves container-process-disallow-privileged. */
export const disallowPrivileged = probe("container-process-disallow-privileged", (target) =>
  everyContainer(
    target,
    ({ inspection }) => (inspection.HostConfig.Privileged === false ? undefined : "is privileged"),
    "not privileged",
  ),
);

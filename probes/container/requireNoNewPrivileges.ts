import { probe } from "../probe";
import { everyContainer, processStatus } from "./everyContainer";

/** Proves container-process-require-no-new-privileges, by the kernel's flag of the main process. */
export const requireNoNewPrivileges = probe("container-process-require-no-new-privileges", (target) =>
  everyContainer(
    target,
    (container) =>
      processStatus(container, "NoNewPrivs") === "1" ? undefined : "its processes may gain privileges",
    "no new privileges",
  ),
);

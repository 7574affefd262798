import { probe } from "../probe";
import { everyContainer, processStatus } from "./everyContainer";

/** Proves container-process-require-non-root, by the ids the kernel has for the main process. */
export const requireNonRoot = probe("container-process-require-non-root", (target) =>
  everyContainer(
    target,
    (container) => {
      const uids = processStatus(container, "Uid").split(/\s+/);
      const gids = processStatus(container, "Gid").split(/\s+/);
      return [...uids, ...gids].some((id) => !/^[1-9]\d*$/.test(id))
        ? `runs with uid ${uids[0]}, gid ${gids[0]}`
        : undefined;
    },
    "uid and gid are not 0",
  ),
);

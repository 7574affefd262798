import { probe } from "../probe";
import { everyContainer, processStatus } from "./everyContainer";

const sets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] as const;

/** Proves container-capability-require-drop-all, by the kernel's capability sets of the main process. */
export const requireDropAll = probe("container-capability-require-drop-all", (target) =>
  everyContainer(
    target,
    (container) => {
      const kept = sets.filter((set) => !/^0+$/.test(processStatus(container, set)));
      return kept.length > 0
        ? kept.map((set) => `${set} is ${processStatus(container, set)}`).join(", ")
        : undefined;
    },
    "no capability, not even in the bounding set",
  ),
);

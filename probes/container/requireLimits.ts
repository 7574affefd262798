import { probe } from "../probe";
import { everyContainer } from "./everyContainer";

/** Proves container-resource-require-limits: memory without swap on top, CPU, and processes. */
export const requireLimits = probe("container-resource-require-limits", (target) =>
  everyContainer(
    target,
    ({ inspection: { HostConfig: host } }) => {
      const nproc = host.Ulimits?.find(({ Name }) => Name === "nproc")?.Hard ?? 0;
      const missing = [
        ...(host.Memory > 0 ? [] : ["memory"]),
        ...(host.MemorySwap === host.Memory ? [] : ["swap"]),
        ...(host.NanoCpus > 0 || host.CpuQuota > 0 ? [] : ["CPU"]),
        ...(nproc > 0 || (host.PidsLimit ?? 0) > 0 ? [] : ["processes"]),
      ];
      return missing.length > 0 ? `no limit on ${missing.join(", ")}` : undefined;
    },
    "memory, swap, CPU and processes are limited",
  ),
);

import { probe } from "../probe";
import { everyContainer } from "./everyContainer";

/** Proves container-filesystem-require-read-only, by the kernel's mount options of `/`. */
export const requireReadOnly = probe("container-filesystem-require-read-only", (target) =>
  everyContainer(
    target,
    ({ name, mounts }) => {
      // mountinfo: id, parent, device, root, mount point, options …
      const root = mounts
        .split("\n")
        .map((line) => line.split(" "))
        .find((fields) => fields[4] === "/");
      if (!root) throw new Error(`${name}: /proc/1/mountinfo has no root file system`);
      return (root[5] ?? "").split(",").includes("ro") ? undefined : "its root file system is writable";
    },
    "root file system mounted read-only",
  ),
);

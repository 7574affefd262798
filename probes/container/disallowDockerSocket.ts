import { probe } from "../probe";
import { everyContainer } from "./everyContainer";

const socket = /docker\.sock|containerd\.sock/;

/** Proves container-mount-disallow-docker-socket, by Docker's list of mounts and by the kernel's. */
export const disallowDockerSocket = probe("container-mount-disallow-docker-socket", (target) =>
  everyContainer(
    target,
    ({ inspection, mounts }) => {
      const mount = inspection.Mounts.find((it) => socket.test(it.Source) || socket.test(it.Destination));
      if (mount) return `mounts ${mount.Source}`;
      return socket.test(mounts) ? "has the Docker socket mounted, under another name" : undefined;
    },
    "no Docker socket mounted",
  ),
);

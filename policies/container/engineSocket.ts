import { posix } from "node:path";

const sockets = ["/var/run/docker.sock", "/run/docker.sock"];
const socketNames = new Set(["docker.sock", "containerd.sock", "podman.sock", "crio.sock", "docker_engine"]);
/** Rootless engines keep their socket under /run/user/<uid>. */
const rootlessParents = /^\/(var\/)?run\/user(\/\d+(\/(docker|podman))?)?$/;
/** Where the root file system shows again, with everything in it: /proc/1/root/run/docker.sock. */
const rootAliases = /^\/(proc\/[^/]+\/(root|cwd)|proc|proc\/\d+|proc\/self)(?=\/|$)/;

/**
 * Whether a path of the host is a container engine's control socket, a directory that holds one, or an alias of one.
 * Whoever reaches it is root on the host.
 */
export function exposesEngineSocket(hostPath: string): boolean {
  const slashes = hostPath.trim().replace(/\\/g, "/");
  if (slashes === "") return false;
  const path = posix.normalize(slashes).replace(/(?<=.)\/+$/, "");
  const direct = path.replace(rootAliases, "") || "/";
  return (
    socketNames.has(posix.basename(path)) ||
    rootlessParents.test(direct) ||
    /^\/(var\/)?run\/(containerd|podman|crio)$/.test(direct) ||
    sockets.some((socket) => direct === "/" || socket.startsWith(`${direct}/`))
  );
}

import { posix } from "node:path";

import { masked } from "../masked";
import { unknown } from "../unknown";
import { definePolicy } from "../definePolicy";
import { declaresHostPaths, hostPathsOf } from "./containerSpec";
import { exposesEngineSocket } from "./engineSocket";

interface Parameters {
  sensitivePaths: string[];
}

/**
 * Refuses the host's system directories, and anything in them, in a container, be it through a volume. Paths that expose the engine's socket
 * are left to container-mount-disallow-docker-socket, and so are unknown ones.
 */
export const disallowSensitivePath = definePolicy<Parameters>({
  finding: "container-mount-disallow-sensitive-path",
  appliesTo: declaresHostPaths,
  parameters: {
    sensitivePaths: {
      type: "array",
      items: { type: "string" },
      default: [
        "/boot",
        "/dev",
        "/etc",
        "/lib",
        "/lib64",
        "/proc",
        "/root",
        "/sys",
        "/usr",
        "/bin",
        "/sbin",
        "/var/lib/docker",
      ],
      description: "Directories of the host that no container may see, nor anything in them",
    },
  },
  *check(resource, { sensitivePaths }) {
    for (const { path, value } of hostPathsOf(resource)) {
      if (value === undefined || value === unknown || exposesEngineSocket(value)) continue;
      const normal = posix.normalize(value.trim()).replace(/(?<=.)\/+$/, "");
      if (sensitivePaths.some((sensitive) => normal === sensitive || normal.startsWith(`${sensitive}/`))) {
        yield {
          observed: `${path} is ${masked(value)}`,
          required: "a named volume, or a directory of the application's own",
        };
      }
    }
  },
});

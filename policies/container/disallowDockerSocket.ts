import { definePolicy, type Problem } from "../definePolicy";
import { masked } from "../masked";
import { unknown } from "../unknown";
import { declaresHostPaths, hostPathsOf, type Located } from "./containerSpec";
import { exposesEngineSocket } from "./engineSocket";

/**
 * Refuses the Docker socket in a container: mounted, under a mounted directory, through a volume whose driver binds
 * a directory of the host, or uploaded. A host path that only the deploy will know is refused too.
 */
export const disallowDockerSocket = definePolicy({
  finding: "container-mount-disallow-docker-socket",
  appliesTo: declaresHostPaths,
  *check(resource) {
    for (const hostPath of hostPathsOf(resource)) yield* problemsOf(hostPath);
  },
});

function* problemsOf({ path, value }: Located<string>): Iterable<Problem> {
  if (value === undefined) return;
  if (value === unknown) {
    yield {
      observed: `${path} is ${masked(value)}`,
      required: "a host path that the preview can show, or a named volume",
    };
  } else if (exposesEngineSocket(value)) {
    yield {
      observed: `${path} is ${masked(value)}`,
      required: "no path that is or holds the engine's socket",
    };
  }
}

import { stackPolicy, type StackProblem } from "../definePolicy";
import { unknown } from "../unknown";
import { dockerTypes, readDocker } from "./containerSpec";

/** Refuses a volume that two containers can write to: what takes one over reaches the other. */
export const disallowSharedVolume = stackPolicy({
  finding: "container-volume-disallow-sharing",
  *checkStack(resources): Iterable<StackProblem> {
    const writers = new Map<string, string>();
    for (const resource of resources) {
      if (!dockerTypes.has(resource.type)) continue;
      for (const { path, volume, readOnly } of readDocker(resource).volumes) {
        // The engine writes an anonymous volume's name as an empty one.
        if (typeof volume !== "string" || volume === "" || (readOnly !== unknown && readOnly === true))
          continue;
        const other = writers.get(volume);
        if (other !== undefined && other !== resource.name) {
          yield {
            resource,
            observed: `${path} writes to ${volume}, as ${other} does`,
            required: "a volume of its own, or a read-only mount",
          };
        }
        writers.set(volume, resource.name);
      }
    }
  },
});

import { parseImage } from "../container/imageReference";
import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { unknown } from "../unknown";
import { imageNames, imageTypes } from "./imageNames";

/** Refuses to pull, build or push under no tag or the tag latest, which the next push moves. */
export const disallowLatestTag = definePolicy({
  finding: "image-tag-disallow-latest",
  appliesTo: (type) => imageTypes.has(type),
  *check(resource) {
    for (const { path, value } of imageNames(resource)) {
      if (value === unknown || value === undefined) continue; // a container that uses it is refused at preview
      const { tag, digest } = parseImage(value);
      if (!digest && (tag === undefined || tag.toLowerCase() === "latest")) {
        yield { observed: `${path} is ${masked(value)}`, required: "a tag other than latest" };
      }
    }
  },
});

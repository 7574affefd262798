import { masked } from "../masked";
import { unknown } from "../unknown";
import { containerPolicy } from "./containerPolicy";
import { parseImage } from "./imageReference";

/**
 * Refuses an image without a tag or tagged latest. With a digest it is pinned, whatever the tag says. An image that
 * only the deploy will know is refused too: nobody reviewed what it will be.
 */
export const disallowLatest = containerPolicy({
  finding: "container-image-disallow-latest",
  *check({ image: { path, value } }) {
    const required = "a tag other than latest, and a digest";
    if (value === unknown) {
      yield { observed: `${path} is ${masked(value)}`, required: "an image that the preview can show" };
    } else if (!value) {
      yield { observed: `${path} is ${masked(value)}`, required };
    } else {
      const { tag, digest } = parseImage(value);
      if (!digest && (tag === undefined || tag.toLowerCase() === "latest")) {
        yield { observed: `${path} is ${masked(value)}`, required };
      }
    }
  },
});

import { probe } from "../probe";
import { everyContainer } from "./everyContainer";

/** Proves container-image-disallow-latest: each container runs an image with a version of its own. */
export const disallowLatest = probe("container-image-disallow-latest", (target) =>
  everyContainer(
    target,
    ({ inspection }) => {
      const image = inspection.Config.Image;
      const [tagged = "", digest] = image.split("@");
      const tag = /:([^:/]+)$/.exec(tagged)?.[1];
      if (tag === "latest") return `runs ${image}`;
      return tag === undefined && digest === undefined ? `runs ${image}, without a tag` : undefined;
    },
    "each image has a tag that is not latest",
  ),
);

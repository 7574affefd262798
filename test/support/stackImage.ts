import { existsSync } from "node:fs";

import { stateIn } from "../../commands/state";
import { bakedImages } from "../../images/bakedImages";
import { imageReference, readImageLock, type ImageName } from "../../images/imageLock";

/** The image the stack would run on this machine, else the one that images/ bakes. */
export function stackImage(image: ImageName): string {
  const { imageLockFile } = stateIn();
  if (existsSync(imageLockFile)) return imageReference(readImageLock(imageLockFile).images[image]);
  const { name, tag } = bakedImages()[image];
  return `${name}:${tag}`;
}

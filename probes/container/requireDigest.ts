import { probe } from "../probe";
import { everyContainer } from "./everyContainer";

const ownImage = /^apexmcp\/[a-z-]+:[0-9a-f]{40}$/;
const ownWorkingCopy = /^apexmcp\/[a-z-]+:[0-9a-f]{40}-dirty-[0-9a-f]{12}$/;

/** Proves container-image-require-digest: third-party images by digest, our own by the git SHA of their source. */
export const requireDigest = probe("container-image-require-digest", (target) =>
  everyContainer(
    target,
    ({ inspection }) => {
      const image = inspection.Config.Image;
      if (/@sha256:[0-9a-f]{64}$/.test(image) || ownImage.test(image)) return undefined;
      if (ownWorkingCopy.test(image)) {
        return target.environment === "dev" ? undefined : `runs ${image}, built from uncommitted files`;
      }
      return `runs ${image}, which a push can change`;
    },
    "pinned by digest, our own by git SHA",
  ),
);

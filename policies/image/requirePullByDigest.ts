import { parseImage } from "../container/imageReference";
import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText, unknown } from "../unknown";

/** Requires a pulled image to be named by its digest, so that what is pulled is what was reviewed. */
export const requirePullByDigest = definePolicy({
  finding: "image-pull-require-digest",
  type: "docker:index/remoteImage:RemoteImage",
  *check({ props }) {
    const value = readText(props, "name");
    if (value === unknown || value === undefined) return;
    const { tag, digest } = parseImage(value);
    if (digest || tag === undefined || tag.toLowerCase() === "latest") return; // image-tag-disallow-latest refuses these
    yield { observed: `name is ${masked(value)}`, required: "a digest (name:tag@sha256:…)" };
  },
});

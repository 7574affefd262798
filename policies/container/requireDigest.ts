import { masked } from "../masked";
import { unknown } from "../unknown";
import { containerPolicy } from "./containerPolicy";
import { parseImage } from "./imageReference";

interface Parameters {
  ownImages: string[];
}

/** A git commit: 40 hex digits, or 64 of a SHA-256 repository; `-dirty-<12 hex>` marks a build of uncommitted inputs. */
const gitSha = /^([0-9a-f]{40}|[0-9a-f]{64})(-dirty-[0-9a-f]{12})?$/;

/**
 * Refuses a third-party image that isn't pinned by digest. Images of our own are built from this repository, and are
 * pinned by the git SHA as well. An image without a tag or tagged latest is left to container-image-disallow-latest.
 */
export const requireDigest = containerPolicy<Parameters>({
  finding: "container-image-require-digest",
  parameters: {
    ownImages: {
      type: "array",
      items: { type: "string" },
      default: ["apexmcp/"],
      description:
        "Prefixes of the names of images that are built from the deployed repository, and tagged by git SHA",
    },
  },
  *check({ image: { path, value } }, { ownImages }) {
    if (value === unknown || !value) return; // container-image-disallow-latest refuses both
    const { repository, tag, digest } = parseImage(value);
    if (digest || tag === undefined || tag.toLowerCase() === "latest") return;
    const own = ownImages.some((prefix) => repository.startsWith(prefix));
    if (own && gitSha.test(tag)) return;
    yield {
      observed: `${path} is ${masked(value)}`,
      required: own
        ? "a digest, or the git SHA it was built from as its tag"
        : "a digest (name:tag@sha256:…)",
    };
  },
});

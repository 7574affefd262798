import { slots, type Slot } from "../provider/edge/routeFile";

export { slots, type Slot };

/** One build of our own image, and the slot in which its containers run. */
export interface Release {
  /** Repository with its registry; `apexmcp/gateway` without one where it was never pushed. */
  readonly repository: string;
  /** Full git SHA of its source; of uncommitted files `<sha>-dirty-<hash>`, in development only. */
  readonly tag: string;
  /** `sha256:…` of the pushed image. */
  readonly digest?: string | undefined;
  readonly slot: Slot;
}

/** Repository of images that were built here and never pushed. */
export const unpushedRepository = "apexmcp/gateway";
/** Repository of the stand-in for Zitadel, which is never pushed. */
export const zitadelStandinRepository = "apexmcp/zitadel-standin";

export const otherSlot = (slot: Slot): Slot => (slot === "a" ? "b" : "a");

/** Name of a service's resources and container in a slot: `gateway`, or `gateway-b`. */
export const inSlot = (service: "gateway" | "broker", slot: Slot): string =>
  slot === "a" ? service : `${service}-${slot}`;

/** `repository:tag@sha256:…`: Docker goes by the digest; the tag is for people. */
export function releaseImage({ repository, tag, digest }: Omit<Release, "slot">): string {
  return digest === undefined ? `${repository}:${tag}` : `${repository}:${tag}@${digest}`;
}

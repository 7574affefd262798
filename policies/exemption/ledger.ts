import type { Exemption } from "../exemptions";
import type { FindingId } from "../findings";

export interface Entry {
  readonly finding: FindingId;
  readonly exemption: Exemption;
}

/** Exemptions that the policies were configured with since the last {@link closeLedger}, and those that were needed. */
let noted = new Map<Exemption, FindingId>();
let needed = new Set<Exemption>();
let seen = new Set<string>();

/** Notes what a policy is configured with, as it looks at a resource. */
export function noteExemptions(finding: FindingId, exemptions: readonly Exemption[], resource: string): void {
  if (exemptions.length === 0) return;
  for (const exemption of exemptions) {
    noted.set(exemption, finding);
    if (exemption.resource === resource) seen.add(`${finding} ${resource}`);
  }
}

/** Notes that the exemption's resource has the finding, whether or not the exemption holds. */
export function noteNeed(exemption: Exemption): void {
  needed.add(exemption);
}

export const notedExemptions = (): Entry[] =>
  [...noted].map(([exemption, finding]) => ({ exemption, finding }));

/**
 * The exemptions that nothing needs: their resource was looked at and complies, or doesn't exist. A resource of the
 * stack that wasn't looked at, as in an update of a few targets, tells nothing.
 */
export function unneededExemptions(resources: readonly string[]): Entry[] {
  return notedExemptions().filter(
    ({ finding, exemption }) =>
      !needed.has(exemption) &&
      (seen.has(`${finding} ${exemption.resource}`) || !resources.includes(exemption.resource)),
  );
}

/** Forgets everything, once it is reported. */
export function closeLedger(): void {
  noted = new Map();
  needed = new Set();
  seen = new Set();
}

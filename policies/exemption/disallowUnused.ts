import { stackPolicy } from "../definePolicy";
import { exemptionResource } from "./exemptionResource";
import { closeLedger, unneededExemptions } from "./ledger";

/**
 * Refuses exemptions that nothing needs any more: the next resource of that name would have them unseen. The last
 * of the pack's policies, since it closes the books.
 */
export const disallowUnused = stackPolicy({
  finding: "exemption-entry-disallow-unused",
  *checkStack(resources) {
    const names = resources.map(({ name }) => name);
    const unneeded = unneededExemptions(names);
    closeLedger();
    for (const { finding, exemption } of unneeded) {
      const what = names.includes(exemption.resource) ? "doesn't need it" : "doesn't exist";
      yield {
        resource: exemptionResource(exemption),
        observed: `${exemption.resource}, which is exempted from ${finding}, ${what}`,
        required: "no exemption",
      };
    }
  },
});

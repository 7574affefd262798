import { stackPolicy } from "../definePolicy";
import { dayOf } from "../day";
import { exemptionResource } from "./exemptionResource";
import { notedExemptions } from "./ledger";

/** Refuses exemptions whose last day is over, or that have none: each is a decision to be taken again, or dropped. */
export const disallowExpired = stackPolicy({
  finding: "exemption-entry-disallow-expired",
  *checkStack() {
    const today = dayOf(new Date());
    for (const { finding, exemption } of notedExemptions()) {
      if (exemption.expires >= today) continue;
      yield {
        resource: exemptionResource(exemption),
        observed: `the exemption of ${exemption.resource} from ${finding} (${exemption.owner}) expired on ${exemption.expires}`,
        required: "a new decision, or none",
      };
    }
  },
});

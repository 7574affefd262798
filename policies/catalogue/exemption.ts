import type { Finding } from "./finding";
import { policyAnd } from "./places";

const ofExemption = policyAnd(
  { none: "exemptions are written in the pack's configuration, by no component" },
  { none: "the pack's configuration, of which nothing is left on the running stack" },
);

/** Decisions to accept a finding. */
export const exemptionFindings = {
  "exemption-entry-disallow-expired": {
    title: "Exemption that has expired",
    severity: "medium",
    frameworks: { owasp: "A05:2021" },
    remediation: "Fix what it exempts, or decide again and give it a new day.",
    places: ofExemption("exemption/disallowExpired", "exemption/stale"),
  },
  "exemption-entry-disallow-unused": {
    title: "Exemption that nothing needs",
    severity: "low",
    frameworks: { owasp: "A05:2021" },
    remediation: "Remove it from the pack's configuration.",
    places: ofExemption("exemption/disallowUnused", "exemption/stale"),
  },
} as const satisfies Record<string, Finding>;

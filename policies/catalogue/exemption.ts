import type { Finding } from "./finding";

const noComponent = "exemptions are written in the pack's configuration, by no component";
const noProbe = "the pack's configuration, of which nothing is left on the running stack";

/** Decisions to accept a finding. */
export const exemptionFindings = {
  "exemption-entry-disallow-expired": {
    title: "Exemption that has expired",
    severity: "medium",
    frameworks: { owasp: "A05:2021" },
    remediation: "Fix what it exempts, or decide again and give it a new day.",
    places: {
      component: { none: noComponent },
      policy: "policies/exemption/disallowExpired.ts",
      probe: { none: noProbe },
      test: "test/policies/exemption/stale.test.ts",
    },
  },
  "exemption-entry-disallow-unused": {
    title: "Exemption that nothing needs",
    severity: "low",
    frameworks: { owasp: "A05:2021" },
    remediation: "Remove it from the pack's configuration.",
    places: {
      component: { none: noComponent },
      policy: "policies/exemption/disallowUnused.ts",
      probe: { none: noProbe },
      test: "test/policies/exemption/stale.test.ts",
    },
  },
} as const satisfies Record<string, Finding>;

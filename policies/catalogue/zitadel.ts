import type { Finding } from "./finding";
import { elsewhere } from "./places";

/** Zitadel, its instance, logins and tokens. */
export const zitadelFindings = {
  "zitadel-admin-require-password-change": {
    title: "Zitadel's first administrator keeps the bootstrap password",
    severity: "critical",
    frameworks: { article: 2, owasp: "A07:2021" },
    remediation: "Set PASSWORDCHANGEREQUIRED to true, and rotate the password through the API.",
    places: {
      component: "components/zitadel/zitadelServer.ts",
      policy: "policies/zitadel/requirePasswordChange.ts",
      probe: "probes/zitadel/requirePasswordChange.ts",
      test: "test/policies/zitadel/zitadel.test.ts",
    },
  },
  "zitadel-instance-require-tls": {
    title: "Zitadel reached without TLS",
    severity: "high",
    frameworks: { owasp: "A02:2021" },
    remediation: "Set ZITADEL_EXTERNALSECURE to true, and end TLS at the edge.",
    places: {
      component: "components/zitadel/zitadelServer.ts",
      policy: "policies/zitadel/requireExternalTls.ts",
      probe: "probes/zitadel/requireTls.ts",
      test: "test/policies/zitadel/zitadel.test.ts",
    },
  },
  "zitadel-application-disallow-insecure-redirect": {
    title: "Login code sent to an insecure address",
    severity: "high",
    frameworks: { owasp: "A07:2021" },
    remediation: "List https addresses, without wildcards, and leave devMode off.",
    places: {
      component: "components/zitadel/instance.ts",
      policy: "policies/zitadel/disallowInsecureRedirect.ts",
      probe: "probes/zitadel/disallowInsecureRedirect.ts",
      test: "test/policies/zitadel/zitadel.test.ts",
    },
  },
  "zitadel-login-require-mfa": {
    title: "Login without a second factor",
    severity: "high",
    frameworks: { owasp: "A07:2021" },
    remediation: "Set forceMfa to true.",
    places: {
      component: "components/zitadel/instance.ts",
      policy: "policies/zitadel/requireMfa.ts",
      probe: "probes/zitadel/livePolicies.ts",
      test: "test/policies/zitadel/zitadel.test.ts",
    },
  },
  "zitadel-lockout-limit-attempts": {
    title: "Any number of wrong passwords",
    severity: "high",
    frameworks: { article: 4, owasp: "A07:2021" },
    remediation: "Set maxPasswordAttempts to 10 or less.",
    places: {
      component: "components/zitadel/instance.ts",
      policy: "policies/zitadel/limitAttempts.ts",
      probe: "probes/zitadel/limitAttempts.ts",
      test: "test/policies/zitadel/zitadel.test.ts",
    },
  },
  "zitadel-password-require-length": {
    title: "Short passwords accepted",
    severity: "medium",
    frameworks: { owasp: "A07:2021" },
    remediation: "Set minLength to 12 or more.",
    places: {
      component: "components/zitadel/instance.ts",
      policy: "policies/zitadel/requireLength.ts",
      probe: "probes/zitadel/livePolicies.ts",
      test: "test/policies/zitadel/zitadel.test.ts",
    },
  },
  "zitadel-token-limit-life": {
    title: "Access token that hardly ends",
    severity: "high",
    frameworks: { article: 7, owasp: "A07:2021" },
    remediation: "Set expirationDate within 90 days.",
    places: elsewhere("zitadel/limitTokenLife", "zitadel/zitadel"),
  },
  "zitadel-admin-require-own-password": {
    title: "Zitadel set up with the administrator's password of its documentation",
    severity: "critical",
    frameworks: { article: 2, owasp: "A07:2021" },
    remediation: "Set ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD to a generated one.",
    places: {
      component: "components/zitadel/zitadelServer.ts",
      policy: "policies/zitadel/requireOwnPassword.ts",
      probe: { none: "zitadel-admin-require-password-change proves that the first password is void" },
      test: "test/policies/zitadel/zitadel.test.ts",
    },
  },
} as const satisfies Record<string, Finding>;

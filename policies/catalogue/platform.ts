import type { Finding } from "./finding";

/** The platform's own networks, gateway and edge. */
export const platformFindings = {
  "network-segment-require-isolation": {
    title: "A service reaches a network that it has no business with",
    severity: "high",
    frameworks: { article: 6, cisDocker: "5.30", owasp: "Docker RULE #5" },
    remediation:
      "Attach each container to the segments of the design only, and keep every segment but egress internal.",
    places: {
      component: "components/network/segments.ts",
      policy: {
        none: "who may reach whom is this stack's own plan, wired in stacks/; only trying it proves it",
      },
      probe: "probes/network/requireIsolation.ts",
      test: "test/probes/network/requireIsolation.test.ts",
    },
  },
  "gateway-secret-require-injection": {
    title: "Gateway starts without its secrets, or with a development default",
    severity: "critical",
    frameworks: { article: 3, owasp: "A07:2021" },
    remediation:
      "Inject each secret at deploy time; the gateway refuses to start when one is missing, short or known.",
    places: {
      component: "components/gateway/gateway.ts",
      policy: {
        none: "secret-input-disallow-known-dev-value refuses the value; the gateway itself refuses to start",
      },
      probe: "probes/gateway/requireInjection.ts",
      test: "test/probes/gateway/requireInjection.test.ts",
    },
  },
  "gateway-request-limit-rate": {
    title: "Gateway answers a client however often it asks",
    severity: "high",
    frameworks: { article: 4, owasp: "API4:2023" },
    remediation:
      "Limit each client address to 300 requests a minute on every route but the health checks, and answer 429.",
    places: {
      component: "components/gateway/gateway.ts",
      policy: {
        none: "the gateway's own code limits; what is declared of its container shows nothing of it",
      },
      probe: "probes/gateway/limitRate.ts",
      test: "test/probes/gateway/limitRate.test.ts",
    },
  },
  "edge-listener-require-tls": {
    title: "Edge serves plain HTTP",
    severity: "high",
    frameworks: { article: "extra", owasp: "A02:2021" },
    remediation: "Listen with TLS 1.2 or later only; port 80, if open, redirects.",
    places: {
      component: "components/edge/edge.ts",
      policy: { none: "nginx' configuration is a file's text, written by the component" },
      probe: "probes/edge/requireTls.ts",
      test: "test/probes/edge/requireTls.test.ts",
    },
  },
  "edge-header-require-hsts": {
    title: "nginx serves TLS without HSTS of a year",
    severity: "medium",
    frameworks: { article: "extra", owasp: "A05:2021" },
    remediation: "Send Strict-Transport-Security: max-age=31536000; includeSubDomains; preload.",
    places: {
      component: { none: "the edge writes its own configuration, and has no argument for it" },
      policy: "policies/edge/requireHsts.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/edge/requireHsts.test.ts",
    },
  },
} as const satisfies Record<string, Finding>;

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
  "gateway-connector-disallow-private-address": {
    title: "A connector's URL leads to an internal address",
    severity: "critical",
    frameworks: { article: 6, owasp: "A10:2021" },
    remediation:
      "Let connectors have https URLs whose every address is public, and look again at the address that is dialled.",
    places: {
      component: "components/gateway/gateway.ts",
      policy: {
        none: "the gateway's own code guards; what is declared of its container shows nothing of it",
      },
      probe: "probes/gateway/disallowPrivateAddress.ts",
      test: "test/probes/gateway/disallowPrivateAddress.test.ts",
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
  "edge-server-require-headers": {
    title: "nginx answers without the security headers",
    severity: "medium",
    frameworks: { article: "extra", owasp: "A05:2021" },
    remediation:
      "Add each header with `always` in every server block, and again in every location that has an add_header of its own.",
    places: {
      component: "components/edge/edge.ts",
      policy: "policies/edge/requireHeaders.ts",
      probe: "probes/edge/requireHeaders.ts",
      test: "test/policies/edge/requireHeaders.test.ts",
    },
  },
  "edge-header-require-hsts": {
    title: "nginx serves TLS without HSTS of a year",
    severity: "medium",
    frameworks: { article: "extra", owasp: "A05:2021" },
    remediation: "Send Strict-Transport-Security: max-age=31536000; includeSubDomains; preload.",
    places: {
      component: "components/edge/edge.ts",
      policy: "policies/edge/requireHsts.ts",
      probe: "probes/edge/requireHsts.ts",
      test: "test/policies/edge/requireHsts.test.ts",
    },
  },
  "edge-header-require-csp": {
    title: "nginx serves a web application without a Content-Security-Policy",
    severity: "high",
    frameworks: { article: "extra", owasp: "A05:2021" },
    remediation:
      "Send default-src 'self' and what the application needs, without unsafe-inline and unsafe-eval.",
    places: {
      component: { none: "the edge writes its own configuration, and has no argument for it" },
      policy: "policies/edge/requireCsp.ts",
      probe: { none: "the edge's own tests and probes ask the running nginx; the policy is for any other" },
      test: "test/policies/edge/headers.test.ts",
    },
  },
  "edge-header-require-permissions-policy": {
    title: "nginx lets pages use camera, microphone, location or payment",
    severity: "low",
    frameworks: { article: "extra", owasp: "A05:2021" },
    remediation: "Send Permissions-Policy: camera=(), microphone=(), geolocation=(), payment=().",
    places: {
      component: { none: "the edge writes its own configuration, and has no argument for it" },
      policy: "policies/edge/requirePermissionsPolicy.ts",
      probe: { none: "the edge's own tests and probes ask the running nginx; the policy is for any other" },
      test: "test/policies/edge/headers.test.ts",
    },
  },
  "edge-header-disallow-shadowing": {
    title: "nginx block whose headers drop those around it",
    severity: "medium",
    frameworks: { article: "extra", owasp: "A05:2021" },
    remediation: "Repeat every add_header in the block, or remove the block's own.",
    places: {
      component: { none: "the edge writes its own configuration, and has no argument for it" },
      policy: "policies/edge/disallowShadowedHeader.ts",
      probe: { none: "the edge's own tests and probes ask the running nginx; the policy is for any other" },
      test: "test/policies/edge/headers.test.ts",
    },
  },
  "edge-rate-require-limits": {
    title: "nginx passes requests on without a limit",
    severity: "high",
    frameworks: { article: 4, owasp: "A04:2021" },
    remediation:
      "Declare limit_req_zone, and limit_req where requests are passed on, with limit_req_status 429.",
    places: {
      component: "components/edge/edge.ts",
      policy: "policies/edge/requireRateLimits.ts",
      probe: "probes/edge/requireLimit.ts",
      test: "test/policies/edge/requireRateLimits.test.ts",
    },
  },
} as const satisfies Record<string, Finding>;

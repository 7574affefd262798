import type { Finding } from "./finding";
import { onlyDeclared } from "./places";

/** Vault, its policies and tokens. */
export const vaultFindings = {
  "vault-server-disallow-dev-mode": {
    title: "Vault in dev mode",
    severity: "critical",
    frameworks: { article: 1, owasp: "A05:2021" },
    remediation:
      "Run `vault server -config=…` with persistent storage; dev mode keeps data in memory and logs its root token.",
    places: {
      component: "components/vault/vaultServer.ts",
      policy: "policies/vault/disallowDevMode.ts",
      probe: "probes/vault/disallowDevMode.ts",
      test: "test/policies/vault/disallowDevMode.test.ts",
    },
  },
  "vault-storage-require-persistence": {
    title: "Vault loses its data on restart",
    severity: "critical",
    frameworks: { article: 1, owasp: "A05:2021" },
    remediation: "Use the file storage backend on a volume of its own.",
    places: {
      component: "components/vault/vaultServer.ts",
      policy: "policies/vault/requirePersistence.ts",
      probe: "probes/vault/requirePersistence.ts",
      test: "test/probes/vault/vault.test.ts",
    },
  },
  "vault-listener-require-tls": {
    title: "Vault listens without TLS",
    severity: "high",
    frameworks: { article: 7, owasp: "A02:2021" },
    remediation: "Give the listener a certificate and key, and leave tls_disable unset.",
    places: {
      component: "components/vault/vaultServer.ts",
      policy: "policies/vault/requireListenerTls.ts",
      probe: "probes/vault/requireTls.ts",
      test: "test/probes/vault/vault.test.ts",
    },
  },
  "vault-seal-require-unsealed": {
    title: "Vault is sealed after a deploy",
    severity: "high",
    frameworks: { article: 1 },
    remediation: "Declare hardening:vault:Seal, so that every deploy unseals Vault or fails.",
    places: {
      component: "components/vault/seal.ts",
      policy: { none: "a state of the running server, not of a declaration" },
      probe: "probes/vault/requireUnsealed.ts",
      test: "test/probes/vault/vault.test.ts",
    },
  },
  "vault-policy-disallow-wildcard": {
    title: "Vault policy that reaches everything",
    severity: "critical",
    frameworks: { article: 7, owasp: "A01:2021" },
    remediation: "Name the paths that its holder needs.",
    places: {
      component: "components/vault/brokerPolicy.ts",
      policy: "policies/vault/disallowWildcard.ts",
      probe: onlyDeclared,
      test: "test/policies/vault/policies.test.ts",
    },
  },
  "vault-policy-disallow-sudo": {
    title: "Vault policy with sudo",
    severity: "high",
    frameworks: { owasp: "A01:2021" },
    remediation: "Remove sudo; root's work belongs to the offline ceremony.",
    places: {
      component: "components/vault/brokerPolicy.ts",
      policy: "policies/vault/disallowSudo.ts",
      probe: onlyDeclared,
      test: "test/policies/vault/policies.test.ts",
    },
  },
  "vault-token-disallow-root": {
    title: "Vault token with the root policy",
    severity: "critical",
    frameworks: { article: 1, owasp: "A07:2021" },
    remediation: "Give the token a policy of its own, and revoke root tokens.",
    places: {
      component: "components/vault/vaultConfiguration.ts",
      policy: "policies/vault/disallowRootToken.ts",
      probe: "probes/vault/disallowRootToken.ts",
      test: "test/policies/vault/tokens.test.ts",
    },
  },
  "vault-token-limit-ttl": {
    title: "Vault token that hardly ends",
    severity: "high",
    frameworks: { article: 7, owasp: "A07:2021" },
    remediation: "Set a maximum TTL of a day or less, and no period.",
    places: {
      component: "components/vault/vaultConfiguration.ts",
      policy: "policies/vault/limitTokenTtl.ts",
      probe: onlyDeclared,
      test: "test/policies/vault/tokens.test.ts",
    },
  },
  "vault-provider-require-tls": {
    title: "Vault's token sent without verified TLS",
    severity: "high",
    frameworks: { article: 7, owasp: "A02:2021" },
    remediation: "Use an https address and a CA certificate, and leave skipTlsVerify unset.",
    places: {
      component: { none: "stacks/platform.ts gives the provider VaultServer's own address, which is https" },
      policy: "policies/vault/requireProviderTls.ts",
      probe: onlyDeclared,
      test: "test/policies/vault/providerAndServer.test.ts",
    },
  },
  "vault-token-disallow-static": {
    title: "Static token for Vault, written down",
    severity: "high",
    frameworks: { article: 7, owasp: "A07:2021" },
    remediation:
      "Log in right before use (AppRole, authLogin), and give services request tokens of 60 seconds, as the broker's.",
    places: {
      component: "components/broker/broker.ts",
      policy: "policies/vault/disallowStaticToken.ts",
      probe: { none: "shows in the declaration; broker-token-require-freshness tries a static token live" },
      test: "test/policies/vault/tokens.test.ts",
    },
  },
  "vault-role-require-binding": {
    title: "AppRole whose login works from anywhere",
    severity: "medium",
    frameworks: { article: 7, owasp: "A07:2021" },
    remediation:
      "Keep bindSecretId on, and set secretIdBoundCidrs and tokenBoundCidrs to the role's own network.",
    places: {
      component: "components/vault/vaultConfiguration.ts",
      policy: "policies/vault/requireRoleBinding.ts",
      probe: "probes/vault/requireRoleBinding.ts",
      test: "test/policies/vault/tokens.test.ts",
    },
  },
  "vault-audit-require-devices": {
    title: "Vault without two working audit devices",
    severity: "high",
    frameworks: { article: 1, owasp: "A09:2021" },
    remediation:
      "Declare two, to a file and to standard output: with none nobody knows who read what, with one Vault stops with it.",
    places: {
      component: "components/vault/vaultConfiguration.ts",
      policy: "policies/vault/requireAuditDevices.ts",
      probe: "probes/vault/requireAuditDevices.ts",
      test: "test/policies/vault/audit.test.ts",
    },
  },
  "vault-audit-disallow-raw": {
    title: "Vault's audit log holds secrets in clear",
    severity: "high",
    frameworks: { owasp: "A09:2021" },
    remediation: "Leave log_raw off and hmac_accessor on, and the file's mode at 0600.",
    places: {
      component: "components/vault/vaultConfiguration.ts",
      policy: "policies/vault/disallowRawAudit.ts",
      probe: "probes/vault/disallowRawAudit.ts",
      test: "test/policies/vault/audit.test.ts",
    },
  },
  "broker-token-require-freshness": {
    title: "Broker takes a token that isn't a fresh one, signed for the request",
    severity: "critical",
    frameworks: { article: 7, owasp: "A07:2021" },
    remediation:
      "Accept HS256 tokens of 60 seconds only, once each, by VAULT_JWT_SECRET, with a hash of the request.",
    places: {
      component: "components/broker/broker.ts",
      policy: { none: "what a service accepts doesn't show in its declaration" },
      probe: "probes/broker/requireFreshToken.ts",
      test: "test/probes/broker/requireFreshToken.test.ts",
    },
  },
  "vault-client-disallow-static-token": {
    title: "Service whose variables make it authenticate to Vault with a static token",
    severity: "high",
    frameworks: { article: 7, owasp: "A07:2021" },
    remediation: "Log in with AppRole or a signed token of a minute, issued before each request.",
    places: {
      component: { none: "the broker logs in by AppRole, and has no argument for a token" },
      policy: "policies/vault/disallowClientToken.ts",
      probe: onlyDeclared,
      test: "test/policies/vault/clients.test.ts",
    },
  },
  "vault-network-require-isolation": {
    title: "Container that reaches both Vault and the outside",
    severity: "high",
    frameworks: { article: 6, owasp: "A10:2021" },
    remediation: "Put a broker between them, on internal networks alone.",
    places: {
      component: "components/network/segments.ts",
      policy: "policies/vault/requireNetworkIsolation.ts",
      probe: { none: "network-segment-require-isolation tries who reaches whom" },
      test: "test/policies/vault/clients.test.ts",
    },
  },
  "vault-lease-limit-ttl": {
    title: "Vault leases longer than its own default",
    severity: "medium",
    frameworks: { article: 7, owasp: "A07:2021" },
    remediation: "Leave max_lease_ttl and default_lease_ttl unset, or shorten them.",
    places: {
      component: "components/vault/vaultConfiguration.ts",
      policy: "policies/vault/limitLeaseTtl.ts",
      probe: onlyDeclared,
      test: "test/policies/vault/tokens.test.ts",
    },
  },
} as const satisfies Record<string, Finding>;

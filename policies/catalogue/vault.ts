import type { Finding } from "./finding";

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
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/vault/disallowWildcard.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/vault/policies.test.ts",
    },
  },
  "vault-policy-disallow-sudo": {
    title: "Vault policy with sudo",
    severity: "high",
    frameworks: { owasp: "A01:2021" },
    remediation: "Remove sudo; root's work belongs to the offline ceremony.",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/vault/disallowSudo.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/vault/policies.test.ts",
    },
  },
  "vault-token-disallow-root": {
    title: "Vault token with the root policy",
    severity: "critical",
    frameworks: { article: 1, owasp: "A07:2021" },
    remediation: "Give the token a policy of its own, and revoke root tokens.",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/vault/disallowRootToken.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/vault/tokens.test.ts",
    },
  },
  "vault-token-limit-ttl": {
    title: "Vault token that hardly ends",
    severity: "high",
    frameworks: { article: 7, owasp: "A07:2021" },
    remediation: "Set a maximum TTL of a day or less, and no period.",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/vault/limitTokenTtl.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/vault/tokens.test.ts",
    },
  },
  "vault-provider-require-tls": {
    title: "Vault's token sent without verified TLS",
    severity: "high",
    frameworks: { article: 7, owasp: "A02:2021" },
    remediation: "Use an https address and a CA certificate, and leave skipTlsVerify unset.",
    places: {
      component: {
        none: "this platform declares no such resource; the policy keeps it out of any program that does",
      },
      policy: "policies/vault/requireProviderTls.ts",
      probe: { none: "shows in the declaration only; nothing of it is left on the running stack to probe" },
      test: "test/policies/vault/providerAndServer.test.ts",
    },
  },
} as const satisfies Record<string, Finding>;

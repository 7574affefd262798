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
      policy: {
        none: "Vault's configuration is a file's text; vault-server-disallow-dev-mode refuses the usual cause",
      },
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
      policy: { none: "Vault's configuration is a file's text, written by the component" },
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
} as const satisfies Record<string, Finding>;

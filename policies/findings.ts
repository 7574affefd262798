/**
 * The catalogue: every claim this project makes, under one id (`<domain>-<resource>-<verb>-<thing>`).
 *
 * An id is met in up to four places, all found by `git grep <id>`: the component that makes the insecure variant
 * impossible to write, the policy that refuses it before a deploy, the probe that proves it on the live stack, and
 * the test that breaks one property and expects exactly that finding. `test/traceability.test.ts` holds the
 * catalogue to that; `docs/findings.md` is generated from it.
 */

export type Severity = "low" | "medium" | "high" | "critical";

/** A file, relative to the repository's root, or the reason why there is none. */
export type Place = string | { readonly none: string };

export interface Finding {
  /** What is wrong, in words that complete "This resource …" or name the state that must not be. */
  readonly title: string;
  readonly severity: Severity;
  readonly frameworks: {
    /** Number of the finding in the hardening retrospective; "extra" for "What else we shipped". */
    readonly article?: number | "extra";
    /** Item of the CIS Docker Benchmark 1.6, section 5. */
    readonly cisDocker?: string;
    /** Rule of OWASP's Docker Security Cheat Sheet, or category of the OWASP Top 10. */
    readonly owasp?: string;
  };
  /** What to do about it, in one or two sentences. */
  readonly remediation: string;
  readonly places: {
    readonly component: Place;
    readonly policy: Place;
    readonly probe: Place;
    readonly test: Place;
  };
}

const hardenedContainer = "components/container/hardenedContainer.ts";

export const findings = {
  "container-image-disallow-latest": {
    title: "Image without a tag, or tagged latest",
    severity: "high",
    frameworks: { article: "extra", cisDocker: "5.28", owasp: "Docker RULE #13" },
    remediation:
      "Name the version and pin it by digest: name:tag@sha256:…; own images by the git SHA they were built from.",
    places: {
      component: { none: "a component takes any image; images.lock.json names each by its digest" },
      policy: "policies/container/disallowLatest.ts",
      probe: "probes/container/disallowLatest.ts",
      test: "test/policies/container/disallowLatest.test.ts",
    },
  },
  "container-image-require-digest": {
    title: "Third-party image not pinned by digest, or own image not tagged with a git SHA",
    severity: "medium",
    frameworks: { article: "extra", cisDocker: "5.28", owasp: "Docker RULE #13" },
    remediation:
      "Append the digest (name:tag@sha256:…), so that a push to the registry can't change what runs.",
    places: {
      component: { none: "a component takes any image; images.lock.json names each by its digest" },
      policy: "policies/container/requireDigest.ts",
      probe: "probes/container/requireDigest.ts",
      test: "test/policies/container/requireDigest.test.ts",
    },
  },
  "container-process-disallow-privileged": {
    title: "Privileged container",
    severity: "critical",
    frameworks: { cisDocker: "5.5", owasp: "Docker RULE #3" },
    remediation: "Remove privileged; a privileged process is root on the host.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/disallowPrivileged.ts",
      probe: "probes/container/disallowPrivileged.ts",
      test: "test/policies/container/disallowPrivileged.test.ts",
    },
  },
  "container-mount-disallow-docker-socket": {
    title: "Docker socket inside a container",
    severity: "critical",
    frameworks: { article: "extra", cisDocker: "5.32", owasp: "Docker RULE #1" },
    remediation: "Remove the mount; whoever reaches the Docker socket is root on the host.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/disallowDockerSocket.ts",
      probe: "probes/container/disallowDockerSocket.ts",
      test: "test/policies/container/disallowDockerSocket.test.ts",
    },
  },
  "container-namespace-disallow-host": {
    title: "Container in one of the host's namespaces",
    severity: "critical",
    frameworks: { cisDocker: "5.10, 5.16, 5.17, 5.21, 5.31", owasp: "Docker RULE #5" },
    remediation: "Leave network, PID, IPC, UTS and user namespace modes unset, or private.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/disallowHostNamespace.ts",
      probe: "probes/container/disallowHostNamespace.ts",
      test: "test/policies/container/disallowHostNamespace.test.ts",
    },
  },
  "container-environment-disallow-secret": {
    title: "Secret in an environment value",
    severity: "high",
    frameworks: { article: "extra", owasp: "Docker RULE #12" },
    remediation:
      "Hand the secret over as a file under /run/secrets; environment values show in docker inspect and in every child process.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/disallowEnvironmentSecret.ts",
      probe: "probes/container/disallowInspectSecret.ts",
      test: "test/policies/container/disallowEnvironmentSecret.test.ts",
    },
  },
  "container-port-disallow-all-interfaces": {
    title: "Port published on all interfaces",
    severity: "high",
    frameworks: { cisDocker: "5.14", owasp: "Docker RULE #5" },
    remediation:
      "Publish on one address (ip: 127.0.0.1 for administration); only the edge is allowed beyond loopback.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/disallowAllInterfaces.ts",
      probe: "probes/container/disallowAllInterfaces.ts",
      test: "test/policies/container/disallowAllInterfaces.test.ts",
    },
  },
  "container-process-require-non-root": {
    title: "Container runs as root",
    severity: "high",
    frameworks: { cisDocker: "4.1", owasp: "Docker RULE #2" },
    remediation: "Set user to the image's numeric uid:gid, not 0.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/requireNonRoot.ts",
      probe: "probes/container/requireNonRoot.ts",
      test: "test/policies/container/requireNonRoot.test.ts",
    },
  },
  "container-filesystem-require-read-only": {
    title: "Writable root file system",
    severity: "medium",
    frameworks: { cisDocker: "5.13", owasp: "Docker RULE #8" },
    remediation: "Set readOnly, and name a tmpfs or a volume for each place the process writes to.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/requireReadOnly.ts",
      probe: "probes/container/requireReadOnly.ts",
      test: "test/policies/container/requireReadOnly.test.ts",
    },
  },
  "container-capability-require-drop-all": {
    title: "Linux capabilities kept",
    severity: "high",
    frameworks: { cisDocker: "5.4", owasp: "Docker RULE #3" },
    remediation: "Drop ALL capabilities and add none back.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/requireDropAll.ts",
      probe: "probes/container/requireDropAll.ts",
      test: "test/policies/container/requireDropAll.test.ts",
    },
  },
  "container-process-require-no-new-privileges": {
    title: "Processes may gain privileges",
    severity: "high",
    frameworks: { cisDocker: "5.26", owasp: "Docker RULE #4" },
    remediation: "Add no-new-privileges:true to the security options.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/requireNoNewPrivileges.ts",
      probe: "probes/container/requireNoNewPrivileges.ts",
      test: "test/policies/container/requireNoNewPrivileges.test.ts",
    },
  },
  "container-resource-require-limits": {
    title: "No limit on memory, CPU or processes",
    severity: "medium",
    frameworks: { cisDocker: "5.11, 5.12, 5.29", owasp: "Docker RULE #7" },
    remediation: "Set a memory limit with memorySwap equal to it, a CPU limit, and an nproc ulimit.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/requireLimits.ts",
      probe: "probes/container/requireLimits.ts",
      test: "test/policies/container/requireLimits.test.ts",
    },
  },
  "container-health-require-healthcheck": {
    title: "No healthcheck",
    severity: "low",
    frameworks: { cisDocker: "5.27" },
    remediation: "Give a healthcheck that asks the service itself, with an interval and a time-out.",
    places: {
      component: hardenedContainer,
      policy: "policies/container/requireHealthcheck.ts",
      probe: "probes/container/requireHealthcheck.ts",
      test: "test/policies/container/requireHealthcheck.test.ts",
    },
  },
  "container-inspect-disallow-secret": {
    title: "Secret visible in docker inspect",
    severity: "high",
    frameworks: { article: "extra", owasp: "Docker RULE #12" },
    remediation:
      "Hand secrets over as files under /run/secrets, never as environment values, labels or arguments.",
    places: {
      component: hardenedContainer,
      policy: {
        none: "what Docker shows of a running container; container-environment-disallow-secret refuses its cause",
      },
      probe: "probes/container/disallowInspectSecret.ts",
      test: "test/probes/container/disallowInspectSecret.test.ts",
    },
  },
  "secret-input-disallow-known-dev-value": {
    title: "Known development secret or placeholder in a resource's inputs",
    severity: "critical",
    frameworks: { article: 3, owasp: "A07:2021" },
    remediation:
      "Generate the value (openssl rand -base64 32) and set it as a Pulumi secret; rotate it wherever it was used.",
    places: {
      component: { none: "the value is the caller's; make up generates dev's secrets at random" },
      policy: "policies/secret/disallowKnownDevValue.ts",
      probe: {
        none: "a running container doesn't show its secrets; container-inspect-disallow-secret proves that",
      },
      test: "test/policies/secret/disallowKnownDevValue.test.ts",
    },
  },
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
  "postgres-connection-require-tls": {
    title: "PostgreSQL accepts connections without TLS",
    severity: "high",
    frameworks: { owasp: "A02:2021" },
    remediation: "Allow hostssl lines only in pg_hba.conf, and connect with sslmode=verify-full.",
    places: {
      component: "components/postgres/postgresServer.ts",
      policy: { none: "pg_hba.conf is a file's text, written by the component" },
      probe: "probes/postgres/requireTls.ts",
      test: "test/probes/postgres/postgres.test.ts",
    },
  },
  "postgres-authentication-require-scram": {
    title: "PostgreSQL accepts trust, password or md5 authentication",
    severity: "high",
    frameworks: { owasp: "A07:2021" },
    remediation: "Use scram-sha-256 on every line of pg_hba.conf.",
    places: {
      component: "components/postgres/postgresServer.ts",
      policy: { none: "pg_hba.conf is a file's text, written by the component" },
      probe: "probes/postgres/requireScram.ts",
      test: "test/probes/postgres/postgres.test.ts",
    },
  },
  "postgres-role-disallow-superuser": {
    title: "Application role is a superuser",
    severity: "critical",
    frameworks: { article: 5, owasp: "A01:2021" },
    remediation:
      "Connect as a role with DML on its own tables only: no superuser, createdb, createrole, replication or bypassrls.",
    places: {
      component: "components/postgres/roles.ts",
      policy: "policies/postgres/disallowSuperuser.ts",
      probe: "probes/postgres/disallowSuperuser.ts",
      test: "test/policies/postgres/disallowSuperuser.test.ts",
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
} as const satisfies Record<string, Finding>;

export type FindingId = keyof typeof findings;

/** Every finding by its id, in the catalogue's order. */
export const findingIds = Object.keys(findings) as FindingId[];

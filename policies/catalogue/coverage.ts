import type { FindingId } from "../findings";

/** Findings that meet an item, or why no declaration can show it. */
export type Met = readonly FindingId[] | string;

/** CIS Docker Benchmark 1.6, section 5: title of each item, and why none of the findings names it. */
export const cisDocker: Readonly<Record<string, { readonly title: string; readonly none?: string }>> = {
  "5.1": {
    title: "Swarm mode is off unless needed",
    none: "a mode of the engine; a declared docker.Service is the need",
  },
  "5.2": { title: "AppArmor profile" },
  "5.3": { title: "SELinux options" },
  "5.4": { title: "Capabilities" },
  "5.5": { title: "No privileged containers" },
  "5.6": { title: "No sensitive host directories" },
  "5.7": { title: "No sshd" },
  "5.8": { title: "No privileged ports" },
  "5.9": { title: "Only needed ports" },
  "5.10": { title: "No host network" },
  "5.11": { title: "Memory limit" },
  "5.12": { title: "CPU limit" },
  "5.13": { title: "Read-only root file system" },
  "5.14": { title: "Bound to one interface" },
  "5.15": { title: "on-failure:5" },
  "5.16": { title: "No host PID namespace" },
  "5.17": { title: "No host IPC namespace" },
  "5.18": { title: "No host devices" },
  "5.19": { title: "ulimits" },
  "5.20": { title: "No shared propagation" },
  "5.21": { title: "No host UTS namespace" },
  "5.22": { title: "Default seccomp profile" },
  "5.23": { title: "No privileged docker exec" },
  "5.24": { title: "No docker exec as root" },
  "5.25": { title: "Cgroup usage" },
  "5.26": { title: "No additional privileges" },
  "5.27": { title: "Health check" },
  "5.28": { title: "Current image version" },
  "5.29": { title: "PIDs limit" },
  "5.30": { title: "No default bridge" },
  "5.31": { title: "No host user namespace" },
  "5.32": { title: "No Docker socket" },
};

/** KICS' queries on docker-compose. */
export const kicsCompose: Readonly<Record<string, readonly FindingId[]>> = {
  "Cgroup Not Default": ["container-cgroup-disallow-custom-parent"],
  "Container Capabilities Unrestricted": ["container-capability-require-drop-all"],
  "Container Traffic Not Bound To Host Interface": ["container-port-disallow-all-interfaces"],
  "Cpus Not Limited": ["container-resource-require-limits"],
  "Default Seccomp Profile Disabled": ["container-security-disallow-unconfined"],
  "Docker Socket Mounted In Container": ["container-mount-disallow-docker-socket"],
  "Healthcheck Not Set": ["container-health-require-healthcheck"],
  "Host Namespace is Shared": ["container-namespace-disallow-host"],
  "Memory Not Limited": ["container-resource-require-limits"],
  "Networks Not Set": ["container-network-disallow-default-bridge"],
  "No New Privileges Not Set": ["container-process-require-no-new-privileges"],
  "Pids Limit Not Set": ["container-resource-require-limits"],
  "Privileged Containers Enabled": ["container-process-disallow-privileged"],
  "Privileged Ports Mapped In Container": ["container-port-disallow-privileged"],
  "Restart Policy On Failure Not Set To 5": ["container-restart-limit-retries"],
  "Security Opt Not Set": ["container-process-require-no-new-privileges"],
  "Shared Host IPC Namespace": ["container-namespace-disallow-host"],
  "Shared Host Network Namespace": ["container-namespace-disallow-host"],
  "Shared Host User Namespace": ["container-namespace-disallow-host"],
  "Shared Volumes Between Containers": ["container-volume-disallow-sharing"],
  "Volume Has Sensitive Host Directory": ["container-mount-disallow-sensitive-path"],
  "Volume Mounted In Multiple Containers": ["container-mount-disallow-shared-propagation"],
};

/** What is known to go wrong around each part, and HashiCorp's production hardening of Vault. */
export const domains: Readonly<Record<string, Readonly<Record<string, Met>>>> = {
  Secrets: {
    "Known development secret or placeholder": ["secret-input-disallow-known-dev-value"],
    "Not marked as a Pulumi secret": ["secret-input-require-mark"],
    "Used for two purposes": ["secret-value-disallow-reuse"],
    "In an output": ["secret-output-disallow-plain"],
    "In a label, an environment, a command line, a build argument": [
      "container-label-disallow-secret",
      "container-environment-disallow-secret",
      "container-command-disallow-secret",
      "image-build-disallow-secret-argument",
    ],
  },
  Images: {
    "Latest, or no tag": ["container-image-disallow-latest", "image-tag-disallow-latest"],
    "Not pinned by digest": ["container-image-require-digest", "image-pull-require-digest"],
    "Built with the host's privileges": ["image-build-disallow-privilege"],
    "Pushed without verified TLS": ["image-registry-require-tls"],
  },
  Vault: {
    "Dev mode": ["vault-server-disallow-dev-mode"],
    "Root token (V8)": ["vault-token-disallow-root"],
    "TLS off (V3)": ["vault-listener-require-tls", "vault-provider-require-tls"],
    "In-memory storage": ["vault-storage-require-persistence"],
    "No audit device (V10), or one that shows secrets": [
      "vault-audit-require-devices",
      "vault-audit-disallow-raw",
    ],
    "Wildcard or sudo policy": ["vault-policy-disallow-wildcard", "vault-policy-disallow-sudo"],
    "Long TTL (V22)": ["vault-token-limit-ttl", "vault-lease-limit-ttl"],
    "Clear-text credentials (V15, V20)": [
      "vault-token-disallow-static",
      "vault-client-disallow-static-token",
    ],
    "As root, with privileges (V1, V2, V24, V28)": [
      "container-process-require-non-root",
      "container-filesystem-require-read-only",
    ],
    "Not firewalled (V7)": ["vault-network-require-isolation"],
    "Swap, core dumps, clocks, shell history, upgrades, off-boarding (V4, V5, V11 to V13, V21, V25)":
      "settings of the machine, or work of people",
    "Sealed after a start": "a state of the running server: vault-seal-require-unsealed is a probe",
    "User lockout (V9)": "on by default since 1.13, for methods with passwords, which this stack has none of",
  },
  Zitadel: {
    "Default administrator": ["zitadel-admin-require-own-password", "zitadel-admin-require-password-change"],
    "Default master key": ["secret-input-disallow-known-dev-value"],
    "ExternalSecure false": ["zitadel-instance-require-tls"],
    "http or wildcard redirect": ["zitadel-application-disallow-insecure-redirect"],
    "No second factor": ["zitadel-login-require-mfa"],
    "No lockout": ["zitadel-lockout-limit-attempts"],
    "Weak password policy": ["zitadel-password-require-length"],
    "Token of an instance's owner for years": ["zitadel-token-limit-life"],
  },
  PostgreSQL: {
    "Superuser as the application's role": [
      "postgres-role-disallow-superuser",
      "postgres-connection-disallow-superuser",
    ],
    "ALL, PUBLIC, GRANT OPTION": [
      "postgres-grant-disallow-all",
      "postgres-grant-disallow-public",
      "postgres-grant-disallow-grant-option",
    ],
    "Role creep, at plan time": [
      "postgres-role-disallow-escalation",
      "postgres-role-disallow-ddl",
      "postgres-audit-disallow-modification",
    ],
    "Extensions that leave the database": ["postgres-extension-disallow-untrusted"],
    "SECURITY DEFINER without a search_path": ["postgres-function-require-pinned-search-path"],
    "No TLS, no password, MD5": [
      "postgres-connection-require-tls",
      "postgres-provider-require-tls",
      "postgres-authentication-require-scram",
    ],
    "Grants made by hand": "not in any declaration: postgres-role-disallow-ddl and others are probes too",
  },
  GitHub: {
    "Plain-text Actions secret": ["secret-input-require-mark"],
    "Unseal key outside of an environment": ["github-secret-require-environment"],
    "Environment without reviewers, or for any branch": [
      "github-environment-require-reviewers",
      "github-environment-require-branches",
    ],
    Visibility: ["github-repository-disallow-public"],
    Alerts: ["github-repository-require-vulnerability-alerts"],
    "Signed commits": ["github-branch-require-signed-commits"],
    "Branch protection": ["github-branch-require-review", "github-branch-disallow-bypass"],
    "Any action, a token that writes": ["github-actions-limit-allowed", "github-token-limit-permissions"],
  },
  Workflows: {
    "Unpinned action or image": ["workflow-action-require-pin"],
    "write-all": ["workflow-token-limit-permissions"],
    "Template injection": ["workflow-script-disallow-injection"],
    "pull_request_target, GITHUB_ENV after workflow_run": ["workflow-trigger-disallow-untrusted"],
    "persist-credentials": ["workflow-checkout-disallow-credentials"],
    "Personal token for a registry": ["workflow-registry-disallow-personal-token"],
    "zizmor's other audits": "run by zizmor itself, where it is installed, in the same report",
  },
};

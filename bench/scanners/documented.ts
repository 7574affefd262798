import type { FindingId } from "../../policies/findings";

type Rules = Readonly<Partial<Record<FindingId, string>>>;

/** Rules of semgrep's public registry, `yaml.…`; semgrep comes without them. */
export const semgrep: Rules = {
  "container-process-disallow-privileged": "privileged-service",
  "container-mount-disallow-docker-socket": "exposing-docker-socket-volume",
  "container-process-require-no-new-privileges": "no-new-privileges",
  "container-filesystem-require-read-only": "writable-filesystem-service",
  "container-security-disallow-unconfined": "seccomp-confinement-disabled, selinux-separation-disabled",
  "container-process-require-non-root": "service-runs-as-root",
  "workflow-action-require-pin": "github-actions-mutable-action-tag",
  "workflow-checkout-disallow-credentials": "github-actions-checkout-persist-credentials",
  "workflow-script-disallow-injection": "run-shell-injection, github-script-injection",
  "workflow-trigger-disallow-untrusted":
    "pull-request-target-code-checkout, workflow-run-target-code-checkout",
};

/** Trivy's on resources of Terraform; it has none on docker-compose, nor on workflows. */
export const trivyOnTerraform: Rules = {
  "github-repository-disallow-public": "AVD-GIT-0001",
  "secret-input-require-mark": "AVD-GIT-0002",
  "github-repository-require-vulnerability-alerts": "AVD-GIT-0003",
  "github-branch-require-signed-commits": "AVD-GIT-0004",
};

/** Checkov's on resources of Terraform alone. */
export const checkovOnTerraform: Rules = {
  "github-repository-disallow-public": "CKV_GIT_1",
  "github-repository-require-vulnerability-alerts": "CKV_GIT_3",
  "secret-input-require-mark": "CKV_GIT_4",
  "github-branch-require-review": "CKV_GIT_5",
  "github-branch-require-signed-commits": "CKV_GIT_6",
};

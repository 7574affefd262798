# Thin on purpose: set-up is toolchain/setup.sh, the targets are commands/*.ts. Options: make up ARGS=--help
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
run = node -r ts-node/register
ARGS =

.DEFAULT_GOAL := help
.PHONY: up preview image deploy certificate lock scan policy-review github github-init pr-comment verify gateway audit-log audit-verify backup restore
.PHONY: test bench docs down doctor env help
.PHONY: vault-init vault-unseal vault-rekey vault-root vault-deployer vault-backup vault-restore vault-audit-rotate

up: ## deploy the dev stack on this machine, policy-checked and proven; sets up what is missing
	@toolchain/setup.sh && $(run) commands/up.ts $(ARGS)

preview: ## show what up would change
	@toolchain/setup.sh && $(run) commands/preview.ts $(ARGS)

image: ## build, push and sign the gateway's image of this commit; ARGS=--help
	@toolchain/setup.sh && $(run) commands/image.ts $(ARGS)

deploy: ## release this commit, or IMAGE_TAG, beside the running one, prove it, go back if that fails
	@toolchain/setup.sh deploy && $(run) commands/deploy.ts $(ARGS)

certificate: ## have the running edge serve its certificate files, checked; an ACME client's hook
	@toolchain/setup.sh node && $(run) commands/certificate.ts $(ARGS)

lock: ## pin each third-party image's tag to its registry's digest, show what changed; ARGS=--help
	@toolchain/setup.sh node && $(run) commands/lock.ts $(ARGS)

policy-review: ## check what changed since BASE_SHA with the policy pack alone; ARGS=--help
	@toolchain/setup.sh && $(run) commands/policyReview.ts $(ARGS)

scan: ## scan workflows, dependencies and the whole history
	@toolchain/setup.sh node && $(run) commands/scan.ts $(ARGS)

github: ## configure the repository on GitHub that deploys the stack; ARGS=--help
	@toolchain/setup.sh deploy && $(run) commands/github.ts $(ARGS)

github-init: ## write the workflows for another repository; ARGS=--help
	@toolchain/setup.sh node && $(run) commands/githubInit.ts $(ARGS)

pr-comment: ## in a workflow: write a file into the pull request's one comment; ARGS=--help
	@toolchain/setup.sh node && $(run) commands/prComment.ts $(ARGS)

verify: ## probe the deployed stack; ARGS=--json for programs
	@toolchain/setup.sh node && $(run) commands/verify.ts $(ARGS)

gateway: ## run a command of the gateway's, as in ARGS="list-agents"; without ARGS, list them
	@toolchain/setup.sh node && $(run) commands/gateway.ts $(ARGS)

audit-log: ## show who did what, newest last; ARGS=--help
	@toolchain/setup.sh node && $(run) commands/auditLog.ts $(ARGS)

audit-verify: ## check the audit log's chain; ARGS=--help says how to export and check a signed anchor
	@toolchain/setup.sh node && $(run) commands/auditVerify.ts $(ARGS)

backup: ## write PostgreSQL's and Vault's data, and the deployment's files, to one encrypted file; ARGS=--help
	@toolchain/setup.sh node && $(run) commands/backup.ts $(ARGS)

restore: ## put a backup where there is no deployment, for make up to start; ARGS=--help
	@toolchain/setup.sh && $(run) commands/restore.ts $(ARGS)

test: ## type check, lint, unit and integration tests, beside a deployed stack; ARGS=test/probes for a part
	@toolchain/setup.sh && $(run) test/run.ts $(ARGS)

bench: ## measure what bench/ compares; fails when one misses its limit
	@toolchain/setup.sh && status=0; for bench in bench/*.ts; do $(run) $$bench || status=1; done; exit $$status

docs: ## write the pages that are generated from the code
	@toolchain/setup.sh node && $(run) commands/docs.ts $(ARGS)

down: ## remove the dev stack; ARGS=--volumes deletes its data too, ARGS=--all stops our Docker engine too
	@toolchain/setup.sh node && $(run) commands/down.ts $(ARGS)

doctor: ## list what is installed, where from, which version, and what is wrong
	@toolchain/setup.sh check && $(run) commands/doctor.ts $(ARGS)

env: ## print what makes plain pulumi work on the dev stack: eval "$$(make env)"
	@toolchain/setup.sh node >&2 && $(run) commands/env.ts $(ARGS)

vault-init: ## initialise an empty Vault, once, and keep its unseal key where ARGS says; ARGS=--help
	@toolchain/setup.sh node && $(run) commands/vaultInit.ts $(ARGS)

vault-unseal: ## unseal Vault with VAULT_UNSEAL_KEY when it is sealed; ARGS=--help
	@toolchain/setup.sh node && $(run) commands/vaultUnseal.ts $(ARGS)

vault-rekey: ## give Vault a new unseal key and prove the old one useless; ARGS=--help
	@toolchain/setup.sh node && $(run) commands/vaultRekey.ts $(ARGS)

vault-root: ## run one command with a root token, revoked when it ends; ARGS=--help
	@toolchain/setup.sh node && $(run) commands/vaultRoot.ts $(ARGS)

vault-deployer: ## give deployments a new credential for Vault; run it by make vault-root; ARGS=--help
	@toolchain/setup.sh node && $(run) commands/vaultDeployer.ts $(ARGS)

vault-backup: ## copy Vault's storage, encrypted as it is, to a file; ARGS=--help
	@toolchain/setup.sh node && $(run) commands/vaultBackup.ts $(ARGS)

vault-restore: ## put a backup into the storage of an empty Vault; ARGS=--help
	@toolchain/setup.sh node && $(run) commands/vaultRestore.ts $(ARGS)

vault-audit-rotate: ## move Vault's audit file aside, and keep the newest; ARGS=--help
	@toolchain/setup.sh node && $(run) commands/vaultAuditRotate.ts $(ARGS)

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | while IFS=$$'\t' read -r name text; do printf 'make %-18s %s\n' "$$name" "$$text"; done

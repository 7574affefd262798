import { randomBytes } from "node:crypto";

import { accepts, refuses } from "../cases";
import { secret, unknownValue, type TestedResource } from "../evaluate";

const of =
  (type: string, compliant: object) =>
  (props: object = {}): TestedResource => ({
    type: `github:index/${type}`,
    props: { ...compliant, ...props },
  });

const actionsSecret = of("actionsSecret:ActionsSecret", {
  repository: "web",
  secretName: "NPM_SCOPE",
  plaintextValue: secret(randomBytes(24).toString("base64url")),
});
const environment = of("repositoryEnvironment:RepositoryEnvironment", {
  repository: "web",
  environment: "production",
  reviewers: [{ teams: [1] }],
  deploymentBranchPolicy: { protectedBranches: true, customBranchPolicies: false },
  canAdminsBypass: false,
});
const repository = of("repository:Repository", {
  name: "web",
  visibility: "private",
  vulnerabilityAlerts: true,
});
const branch = of("branchProtection:BranchProtection", {
  repositoryId: "web",
  pattern: "main",
  requiredPullRequestReviews: [{ requiredApprovingReviewCount: 1 }],
  requireSignedCommits: true,
  enforceAdmins: true,
});
const permissions = of("actionsRepositoryPermissions:ActionsRepositoryPermissions", {
  repository: "web",
  allowedActions: "selected",
});

const workflowToken = of("workflowRepositoryPermissions:WorkflowRepositoryPermissions", {
  repository: "web",
  defaultWorkflowPermissions: "read",
  canApprovePullRequestReviews: false,
});

describe("github-secret-require-environment", () => {
  refuses("github-secret-require-environment", {
    "Vault's unseal key": () => actionsSecret({ secretName: "VAULT_UNSEAL_KEY" }),
    "the key of a rekey under way": () => actionsSecret({ secretName: "VAULT_UNSEAL_KEY_NEXT" }),
    "the unseal key, of the organisation": () => ({
      ...actionsSecret({ secretName: "VAULT_UNSEAL_KEY", visibility: "selected" }),
      type: "github:index/actionsOrganizationSecret:ActionsOrganizationSecret",
    }),
    "the same in lower case": () => actionsSecret({ secretName: "vault_unseal_key" }),
    "a name unknown until deployed": () => actionsSecret({ secretName: unknownValue }),
  });
});

describe("github-environment-require-reviewers", () => {
  refuses("github-environment-require-reviewers", {
    "no reviewers": () => environment({ reviewers: undefined }),
    "an empty list": () => environment({ reviewers: [] }),
    "reviewers unknown until deployed": () => environment({ reviewers: unknownValue }),
  });
});

describe("github-environment-require-branches", () => {
  refuses("github-environment-require-branches", {
    "any branch": () => environment({ deploymentBranchPolicy: undefined }),
    "a policy that names none": () =>
      environment({ deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: false } }),
    "branches unknown until deployed": () => environment({ deploymentBranchPolicy: unknownValue }),
    "administrators who may pass": () => environment({ canAdminsBypass: true }),
    "administrators it says nothing of": () => environment({ canAdminsBypass: undefined }),
  });
});

describe("github-token-limit-permissions", () => {
  refuses("github-token-limit-permissions", {
    "a token that writes": () => workflowToken({ defaultWorkflowPermissions: "write" }),
    "a token that approves": () => workflowToken({ canApprovePullRequestReviews: true }),
    "permissions unknown until deployed": () => workflowToken({ defaultWorkflowPermissions: unknownValue }),
    "approval unknown until deployed": () => workflowToken({ canApprovePullRequestReviews: unknownValue }),
  });
});

describe("a secret in clear text", () => {
  refuses("secret-input-require-mark", {
    "whatever it is called": () => actionsSecret({ plaintextValue: randomBytes(24).toString("base64url") }),
  });
});

describe("github-repository-disallow-public", () => {
  refuses("github-repository-disallow-public", {
    "a public one": () => repository({ visibility: "public" }),
    "one that says nothing": () => repository({ visibility: undefined }),
    "a visibility unknown until deployed": () => repository({ visibility: unknownValue }),
  });
});

describe("github-repository-require-vulnerability-alerts", () => {
  refuses("github-repository-require-vulnerability-alerts", {
    "alerts off": () => repository({ vulnerabilityAlerts: false }),
    "alerts it says nothing of": () => repository({ vulnerabilityAlerts: undefined }),
    "alerts unknown until deployed": () => repository({ vulnerabilityAlerts: unknownValue }),
  });
});

describe("github-branch-require-review", () => {
  refuses("github-branch-require-review", {
    "no reviews": () => branch({ requiredPullRequestReviews: undefined }),
    "0 reviews": () => branch({ requiredPullRequestReviews: [{ requiredApprovingReviewCount: 0 }] }),
    "no count": () => branch({ requiredPullRequestReviews: [{}] }),
    "reviews unknown until deployed": () => branch({ requiredPullRequestReviews: unknownValue }),
  });
});

describe("github-branch-require-signed-commits", () => {
  refuses("github-branch-require-signed-commits", {
    "unsigned commits": () => branch({ requireSignedCommits: false }),
    "signatures it says nothing of": () => branch({ requireSignedCommits: undefined }),
  });
});

describe("github-branch-disallow-bypass", () => {
  refuses("github-branch-disallow-bypass", {
    "force pushes": () => branch({ allowsForcePushes: true }),
    deletion: () => branch({ allowsDeletions: true }),
    "administrators who needn't comply": () => branch({ enforceAdmins: false }),
    "administrators it says nothing of": () => branch({ enforceAdmins: undefined }),
    "force pushes unknown until deployed": () => branch({ allowsForcePushes: unknownValue }),
  });
});

describe("github-actions-limit-allowed", () => {
  refuses("github-actions-limit-allowed", {
    all: () => permissions({ allowedActions: "all" }),
    "none named": () => permissions({ allowedActions: undefined }),
    "permissions unknown until deployed": () => permissions({ allowedActions: unknownValue }),
  });
});

accepts({
  "a secret that opens little": () => actionsSecret(),
  "an environment's secret": () => ({
    ...actionsSecret({ secretName: "VAULT_UNSEAL_KEY", environment: "production" }),
    type: "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret",
  }),
  "a reviewed environment": () => environment(),
  "a private repository": () => repository(),
  "an internal repository": () => repository({ visibility: "internal" }),
  "a repository by the old flag": () => repository({ visibility: undefined, private: true }),
  "an archived repository without alerts": () => repository({ archived: true, vulnerabilityAlerts: false }),
  "an environment of named branches": () =>
    environment({ deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true } }),
  "a token that reads": () => workflowToken(),
  "a token by GitHub's own default": () => workflowToken({ defaultWorkflowPermissions: undefined }),
  "a protected branch": () => branch(),
  "the repository's own actions": () => permissions({ allowedActions: "local_only" }),
  "no actions at all": () => permissions({ enabled: false, allowedActions: undefined }),
});

describe("with exceptions configured", () => {
  accepts(
    {
      "an environment without secrets": () =>
        environment({ environment: "pages", reviewers: [], deploymentBranchPolicy: undefined }),
      "a public repository": () => repository({ name: "docs", visibility: "public" }),
    },
    {
      "github-environment-require-reviewers": { unreviewed: ["pages"] },
      "github-environment-require-branches": { unreviewed: ["pages"] },
      "github-repository-disallow-public": { publicRepositories: ["docs"] },
    },
  );
});

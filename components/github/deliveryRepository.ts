import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";

/** Who must let a job use an environment's secrets: ids, since names can be taken over. */
export interface Reviewers {
  readonly users?: readonly number[];
  readonly teams?: readonly number[];
}

export interface DeliveryRepositoryArgs {
  /** Name of the repository, without its owner. */
  readonly repository: string;
  /** Never public: the workflow runs of a public repository are. Default: private. */
  readonly visibility?: "private" | "internal";
  /** The repository exists: take it over as it is, and change what differs. Default: it is made. */
  readonly adopt?: boolean;
  /** The branch that is deployed. Default: main. */
  readonly branch?: string;
  /** At least one user or team. */
  readonly reviewers: Reviewers;
  /** Names of the checks that a change must pass before it is merged. */
  readonly requiredChecks: readonly string[];
  /** Actions that may run besides GitHub's own, as in `docker/login-action@*`. Default: none. */
  readonly allowedActions?: readonly string[];
  /** Secrets by environment: name to value. No repository secret is ever made. */
  readonly secrets: Readonly<Record<Environment, Readonly<Record<string, pulumi.Input<string>>>>>;
  /** Plain values by environment. Default: none. */
  readonly variables?: Readonly<Partial<Record<Environment, Readonly<Record<string, pulumi.Input<string>>>>>>;
}

export const environments = ["preview", "production"] as const;
export type Environment = (typeof environments)[number];

/**
 * A GitHub repository from which the stack is deployed (article, finding 1 and extras):
 *
 * - secrets belong to the environments `preview` and `production` (github-secret-require-environment), each of which
 *   needs a reviewer who didn't start the job (github-environment-require-reviewers); `production` takes jobs of the
 *   deployed branch alone, and no administrator is excepted (github-environment-require-branches)
 * - Actions runs GitHub's own actions and the named ones, pinned by commit (github-actions-limit-allowed), with a token
 *   that can read, and that can't approve (github-token-limit-permissions)
 * - the branch takes reviewed (github-branch-require-review), signed (github-branch-require-signed-commits) commits
 *   that pass the checks, of administrators too, and no force push (github-branch-disallow-bypass)
 * - it isn't public (github-repository-disallow-public), and GitHub tells of vulnerable dependencies
 *   (github-repository-require-vulnerability-alerts)
 *
 * Destroying the stack leaves the repository itself where it is.
 */
export class DeliveryRepository extends pulumi.ComponentResource {
  constructor(name: string, args: DeliveryRepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("apexmcp:github:DeliveryRepository", name, {}, opts);
    requireReviewers(args.reviewers);
    const { branch = "main" } = args;
    const child = { parent: this };

    const repository = new github.Repository(
      name,
      {
        name: args.repository,
        visibility: args.visibility ?? "private",
        vulnerabilityAlerts: true,
        deleteBranchOnMerge: true,
        hasIssues: true,
      },
      {
        ...child,
        retainOnDelete: true,
        ...(args.adopt && {
          import: args.repository,
          ignoreChanges: ["description", "homepageUrl", "topics", "hasWiki", "hasProjects", "hasDownloads"],
        }),
      },
    );

    for (const environment of environments) {
      const place = new github.RepositoryEnvironment(
        `${name}-${environment}`,
        {
          repository: repository.name,
          environment,
          reviewers: [{ users: [...(args.reviewers.users ?? [])], teams: [...(args.reviewers.teams ?? [])] }],
          preventSelfReview: true,
          canAdminsBypass: false,
          deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
        },
        child,
      );
      for (const [index, branchPattern] of refsOf(environment, branch).entries()) {
        new github.RepositoryEnvironmentDeploymentPolicy(
          `${name}-${environment}-${index}`,
          { repository: repository.name, environment: place.environment, branchPattern },
          child,
        );
      }
      for (const [secretName, value] of Object.entries(args.secrets[environment])) {
        new github.ActionsEnvironmentSecret(
          `${name}-${environment}-${secretName}`,
          {
            repository: repository.name,
            environment: place.environment,
            secretName,
            plaintextValue: pulumi.secret(value),
          },
          { ...child, additionalSecretOutputs: ["plaintextValue"] },
        );
      }
      for (const [variableName, value] of Object.entries(args.variables?.[environment] ?? {})) {
        new github.ActionsEnvironmentVariable(
          `${name}-${environment}-${variableName}`,
          { repository: repository.name, environment: place.environment, variableName, value },
          child,
        );
      }
    }

    new github.ActionsRepositoryPermissions(
      name,
      {
        repository: repository.name,
        enabled: true,
        allowedActions: "selected",
        allowedActionsConfig: {
          githubOwnedAllowed: true,
          verifiedAllowed: false,
          patternsAlloweds: [...(args.allowedActions ?? [])],
        },
        shaPinningRequired: true,
      },
      child,
    );
    new github.WorkflowRepositoryPermissions(
      name,
      {
        repository: repository.name,
        defaultWorkflowPermissions: "read",
        canApprovePullRequestReviews: false,
      },
      child,
    );
    new github.BranchProtection(
      name,
      {
        repositoryId: repository.nodeId,
        pattern: branch,
        enforceAdmins: true,
        allowsForcePushes: false,
        allowsDeletions: false,
        requireSignedCommits: true,
        requireConversationResolution: true,
        requiredPullRequestReviews: [
          { requiredApprovingReviewCount: 1, dismissStaleReviews: true, requireLastPushApproval: true },
        ],
        requiredStatusChecks: [{ strict: true, contexts: [...args.requiredChecks] }],
      },
      child,
    );
    this.registerOutputs();
  }
}

/** The refs whose jobs an environment takes. A pull request's job runs on its merge ref. */
function refsOf(environment: Environment, branch: string): string[] {
  return environment === "production" ? [branch] : [branch, "refs/pull/*/merge"];
}

function requireReviewers({ users = [], teams = [] }: Reviewers): void {
  if (users.length + teams.length > 0) return;
  throw new pulumi.RunError(
    "reviewers: name at least one user or team by id (gh api users/NAME --jq .id); without one, every job uses the secrets",
  );
}

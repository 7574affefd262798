import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";

import { GitHubRepositoryStandIn } from "../../support/githubRepositoryStandIn";
import { PulumiProject, type Run } from "../../support/pulumiProject";

jest.setTimeout(300_000);

const root = resolve(__dirname, "../../..");
const random = () => randomBytes(24).toString("base64url");

const token = `ghp_${random()}`;
const secrets = {
  preview: { VAULT_JWT_SECRET: random(), PULUMI_CONFIG_PASSPHRASE: random() },
  production: { VAULT_UNSEAL_KEY: random(), VAULT_JWT_SECRET: random(), PULUMI_CONFIG_PASSPHRASE: random() },
};
const everySecret = () =>
  Object.entries(secrets).flatMap(([environment, all]) =>
    Object.entries(all).map(([name, value]) => [`${environment}/${name}`, value] as const),
  );

const program = `
import * as github from "@pulumi/github";
import { DeliveryRepository } from "@apexmcp/components/github/deliveryRepository";
const provider = new github.Provider("github", { owner: "acme", baseUrl: process.env.TEST_URL!, token: process.env.TEST_TOKEN! });
new DeliveryRepository("delivery", {
  repository: "platform",
  reviewers: { users: [1001], teams: [2002] },
  requiredChecks: ["all tests"],
  secrets: JSON.parse(process.env.TEST_SECRETS!),
  variables: { production: { APEXMCP_RUNNER: "docker-1" } },
}, { providers: [provider] });
`;

let github: GitHubRepositoryStandIn;
let project: PulumiProject;
const pulumi = (args: string[], more: object = secrets): Promise<Run> =>
  project.pulumi(args, {
    TEST_URL: github.url,
    TEST_TOKEN: token,
    TEST_SECRETS: JSON.stringify(more),
  });
const up = (more?: object) =>
  pulumi(["up", "--yes", "--stack=test", `--policy-pack=${join(root, "policies")}`], more);

let first: Run;
beforeAll(async () => {
  github = await GitHubRepositoryStandIn.start(token);
  project = new PulumiProject(program);
  await pulumi(["stack", "init", "test"]);
  first = await up();
});
afterAll(async () => {
  await project?.[Symbol.asyncDispose]();
  await github?.[Symbol.asyncDispose]();
});

it("passes the policy pack, and asks GitHub for nothing that the stand-in doesn't know", () => {
  expect([first.code, first.code === 0 ? "" : first.output]).toEqual([0, ""]);
  expect(github.unknown).toEqual([]);
});

it("seals each secret for its environment, so that GitHub opens exactly what was given", () => {
  expect(Object.fromEntries(github.secrets)).toEqual(Object.fromEntries(everySecret()));
  const wire = github.sealed.join();
  for (const [name, value] of everySecret()) expect([name, wire.includes(value)]).toEqual([name, false]);
});

it("makes no secret of the repository", () => {
  expect(github.requests.filter((it) => / repos\/acme\/platform\/actions\/secrets/.test(it))).toEqual([]);
});

it("lets a reviewer who didn't start the job decide, administrators not excepted", () => {
  for (const environment of ["preview", "production"]) {
    expect(github.settings.get(`environments/${environment}`)).toMatchObject({
      can_admins_bypass: false,
      prevent_self_review: true,
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
      reviewers: [
        { type: "Team", id: 2002 },
        { type: "User", id: 1001 },
      ],
    });
  }
  expect(Object.fromEntries(github.refs)).toEqual({
    production: ["main"],
    preview: expect.arrayContaining(["main", "refs/pull/*/merge"]) as string[],
  });
});

it("lets Actions run what is pinned, with a token that reads and doesn't approve", () => {
  expect(github.settings.get("actions/permissions")).toEqual({
    enabled: true,
    allowed_actions: "selected",
    sha_pinning_required: true,
  });
  expect(github.settings.get("actions/permissions/selected-actions")).toMatchObject({
    github_owned_allowed: true,
    verified_allowed: false,
  });
  expect(github.settings.get("actions/permissions/workflow")).toEqual({
    default_workflow_permissions: "read",
    can_approve_pull_request_reviews: false,
  });
});

it("keeps the repository private, with vulnerability alerts", () => {
  expect(github.repository).toMatchObject({ visibility: "private" });
  expect(github.settings.has("vulnerability-alerts")).toBe(true);
});

it("protects the branch: reviewed, signed, checked, no force push, no exception", () => {
  expect(github.branchProtection).toMatchObject({
    pattern: "main",
    isAdminEnforced: true,
    allowsForcePushes: false,
    allowsDeletions: false,
    requiresCommitSignatures: true,
    requiresApprovingReviews: true,
    requiredApprovingReviewCount: 1,
    dismissesStaleReviews: true,
    requireLastPushApproval: true,
    requiresStatusChecks: true,
    requiredStatusCheckContexts: ["all tests"],
  });
});

it("shows no secret in what Pulumi prints, nor in plain text in its state", async () => {
  const { output } = await pulumi(["stack", "export", "--stack=test"]);
  for (const [name, value] of [...everySecret(), ["the token", token] as const])
    expect([name, (first.output + output).includes(value)]).toEqual([name, false]);
});

it("changes nothing when it is repeated, and one secret when one changes", async () => {
  const before = github.sealed.length;
  expect((await up()).output).toMatch(/\d+ unchanged/);
  expect(github.sealed).toHaveLength(before);
  const changed = random();
  const result = await up({ ...secrets, production: { ...secrets.production, VAULT_JWT_SECRET: changed } });
  expect(result.code).toBe(0);
  expect(github.secrets.get("production/VAULT_JWT_SECRET")).toBe(changed);
  expect(github.sealed.length).toBe(before + 1);
});

it("stops at a token without rights, names what was refused, and completes when it has them", async () => {
  github.refused = /PUT repositories\/42\/environments\/production\/secrets/;
  const changed = random();
  const more = { ...secrets, production: { ...secrets.production, VAULT_UNSEAL_KEY: changed } };
  const failed = await up(more);
  expect(failed.code).not.toBe(0);
  expect(failed.output).toMatch(/403 Resource not accessible by personal access token/);
  expect(failed.output).not.toContain(changed);
  github.refused = undefined;
  expect((await up(more)).code).toBe(0);
  expect(github.secrets.get("production/VAULT_UNSEAL_KEY")).toBe(changed);
});

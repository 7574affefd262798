import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { parse } from "yaml";

import { settings } from "../../stacks/settings";

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}
interface Workflow {
  on: Record<string, unknown>;
  permissions: object;
  concurrency: object;
  jobs: Record<string, { permissions: object; "timeout-minutes": number; steps: Step[] }>;
}

const root = resolve(__dirname, "../..");
const folder = join(root, ".github/workflows");
const files = readdirSync(folder);
const texts = files.map((file) => [file, readFileSync(join(folder, file), "utf8")] as const);
const workflows = texts.map(([file, text]) => [file, parse(text) as Workflow] as const);
const jobs = workflows.flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([name, job]) => ({ file, name, job })),
);
const steps = jobs.flatMap(({ file, name, job }) =>
  job.steps.map((step) => ({ where: `${file} ${name}`, step })),
);
const targets = new Set(
  [...readFileSync(join(root, "Makefile"), "utf8").matchAll(/^([a-z-]+):/gm)].map((it) => it[1]),
);

it("has no logic of its own: each step is one make target or one pinned action", () => {
  for (const { where, step } of steps) {
    if (step.run === undefined) expect([where, step.uses]).toEqual([where, expect.any(String)]);
    else {
      const [, target] = /^make ([a-z-]+)( ARGS="[^"$`]*")?$/.exec(step.run) ?? [];
      expect([where, targets.has(target)]).toEqual([where, true]);
    }
  }
});

it("pins each action by commit, with its version beside", () => {
  for (const [file, text] of texts)
    for (const [line] of text.matchAll(/uses:.*/g))
      expect([file, line]).toEqual([
        file,
        expect.stringMatching(/^uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/),
      ]);
});

it("gives nothing by default and each job what it names, for so long, once at a time", () => {
  for (const [file, { permissions, concurrency, on }] of workflows) {
    expect([file, permissions, concurrency === undefined]).toEqual([file, {}, false]);
    expect(Object.keys(on)).not.toContain("pull_request_target");
  }
  for (const { file, name, job } of jobs) {
    expect([file, name, Object.keys(job.permissions).length > 0]).toEqual([file, name, true]);
    expect(job["timeout-minutes"]).toBeLessThanOrEqual(60);
  }
});

it("leaves no credential in a checkout", () => {
  const checkouts = steps.filter(({ step }) => step.uses?.startsWith("actions/checkout@"));
  expect(checkouts).toHaveLength(jobs.length);
  for (const { step } of checkouts) expect(step.with).toMatchObject({ "persist-credentials": false });
});

it("hands each value that the stack takes from the environment to make deploy, secrets as secrets", () => {
  const { env } = steps.find(({ step }) => step.run === "make deploy")!.step;
  for (const setting of Object.values(settings)) {
    if (!("env" in setting) || setting.env.startsWith("IMAGE_")) continue;
    const place = "secret" in setting ? "secrets" : "(secrets|vars)";
    expect([setting.env, env?.[setting.env]]).toEqual([
      setting.env,
      expect.stringMatching(new RegExp(`^\\$\\{\\{ ${place}\\.${setting.env} \\}\\}$`)),
    ]);
  }
});

it("gives a pull request's run neither the unseal key nor the signing key", () => {
  const text = readFileSync(join(folder, "preview.yml"), "utf8");
  for (const name of ["VAULT_UNSEAL_KEY", "IMAGE_SIGNING_KEY"]) expect(text).not.toContain(name);
});

it("is written for another repository and branch, and not over what differs there", () => {
  const other = mkdtempSync(join(tmpdir(), "other-repository-"));
  try {
    execFileSync("git", ["init", "--quiet", other]);
    const init = (...args: string[]) =>
      execFileSync(
        process.execPath,
        ["-r", "ts-node/register", "commands/githubInit.ts", `--into=${other}`, ...args],
        { cwd: root, encoding: "utf8", stdio: "pipe", env: { ...process.env, NODE_OPTIONS: "" } },
      );
    init("--branch=trunk");
    expect(readdirSync(join(other, ".github/workflows")).sort()).toEqual([...files].sort());
    expect(readFileSync(join(other, ".github/workflows/deploy.yml"), "utf8")).toContain("branches: [trunk]");
    expect(() => init()).toThrow("these are there and differ");
    init("--overwrite");
    expect(readFileSync(join(other, ".github/workflows/deploy.yml"), "utf8")).toContain("branches: [main]");
  } finally {
    rmSync(other, { recursive: true });
  }
}, 60_000);

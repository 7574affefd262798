import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { environmentSecrets } from "../../stacks/github/settings";
import { ceremony } from "../support/ceremony";
import { GitHubRepositoryStandIn } from "../support/githubRepositoryStandIn";
import { temporaryState } from "./temporaryState";

jest.setTimeout(240_000);

const random = () => randomBytes(24).toString("base64url");
const arguments_ = ["--repository", "acme/platform", "--reviewers", "1001"];

it("make github gives each environment every secret that its deploys take, sealed, once a reviewer is named", async () => {
  const token = `ghp_${random()}`;
  await using github = await GitHubRepositoryStandIn.start(token);
  const names = [...environmentSecrets("production", {}).missing, "VAULT_UNSEAL_KEY"];
  const secrets: Record<string, string> = Object.fromEntries(names.map((name) => [name, random()]));
  const makeGithub = (args: string[], env: Record<string, string>) =>
    ceremony("github", [`--state=${directory}`, ...args], { GITHUB_BASE_URL: github.url, ...env });
  const { directory } = temporaryState();

  const nothing = await makeGithub(arguments_, {});
  expect(nothing.code).toBe(1);
  for (const name of ["GITHUB_TOKEN", ...names.slice(0, -1)]) expect(nothing.output).toContain(name);
  const unreviewed = await makeGithub(arguments_.slice(0, 2), { GITHUB_TOKEN: token, ...secrets });
  expect(unreviewed).toMatchObject({ code: 1, output: expect.stringContaining("--reviewers ID") as string });
  expect(github.requests).toEqual([]);

  const previewed = await makeGithub([...arguments_, "--preview"], { GITHUB_TOKEN: token, ...secrets });
  expect([previewed.code, previewed.code === 0 ? "" : previewed.output]).toEqual([0, ""]);
  expect(github.sealed).toEqual([]);

  const done = await makeGithub(arguments_, { GITHUB_TOKEN: token, ...secrets });
  expect([done.code, done.code === 0 ? "" : done.output]).toEqual([0, ""]);
  expect(github.unknown).toEqual([]);
  const received = (environment: string) =>
    Object.fromEntries(
      [...github.secrets]
        .filter(([name]) => name.startsWith(`${environment}/`))
        .map(([name, value]) => [name.slice(environment.length + 1), value]),
    );
  expect(received("production")).toEqual(secrets);
  expect({ ...received("preview"), VAULT_UNSEAL_KEY: secrets["VAULT_UNSEAL_KEY"] }).toEqual(secrets);
  const stored = readFileSync(join(directory, "backend/.pulumi/stacks/apexmcp-github/github.json"), "utf8");
  for (const value of [token, ...Object.values(secrets)])
    expect(previewed.output + done.output + stored).not.toContain(value);
});

import { existsSync } from "node:fs";
import { join } from "node:path";

import { environmentSecrets, type GitHubSettings } from "../stacks/github/settings";
import { main } from "./command";
import { CommandError } from "./commandError";
import { initialiseStack } from "./devConfig";
import { pulumi, pulumiFailure, pulumiOrFail, type PulumiState } from "./pulumi";
import { deployArguments } from "./pulumiUp";
import { createState, root, type State } from "./state";

void main({
  name: "github",
  summary:
    "configures the repository on GitHub that deploys the stack: environments with their secrets, branch protection, what Actions may do",
  flags: {
    adopt: "the repository exists already; by default it is made",
    preview: "shows what would change, and changes nothing",
  },
  options: {
    "repository OWNER/NAME": "the repository; $GITHUB_TOKEN may administer it",
    "reviewers ID,...": "users, by id, one of whom must let a job use an environment's secrets",
    "teams ID,...": "teams, by id, likewise",
    "branch NAME": "the branch that is deployed (default: main)",
  },
  run: async ({ state, flags, options }) => {
    const settings = settingsOf(flags, options);
    requireSecrets();
    createState(state);
    const own = stateOf(state);
    if (!existsSync(join(state.backendDirectory, ".pulumi/stacks/apexmcp-github/github.json")))
      await initialiseStack(own, "apexmcp-github");
    await pulumiOrFail(own, ["config", "set", "apexmcp-github:delivery"], JSON.stringify(settings));
    const verb = flags["preview"] ? ["preview", "--diff"] : ["up", "--yes"];
    const result = await pulumi(own, [...verb, ...deployArguments], { show: true });
    if (result.exitCode !== 0) throw pulumiFailure(state, "pulumi up of the repository", result.all);
  },
});

/** A project of its own beside the stack's: another life cycle, and another credential. */
function stateOf(state: State): PulumiState & { readonly directory: string } {
  return {
    ...state,
    stack: "github",
    configFile: join(state.directory, "Pulumi.github.yaml"),
    project: join(root, "stacks", "github"),
  };
}

function settingsOf(
  flags: Readonly<Record<string, boolean>>,
  options: Readonly<Record<string, string | undefined>>,
): GitHubSettings {
  const { repository = "", branch = "main" } = options;
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository))
    throw new CommandError(`'${repository}' is no repository`, "name it: --repository OWNER/NAME");
  const reviewers = { users: ids(options["reviewers"]), teams: ids(options["teams"]) };
  if (reviewers.users.length + reviewers.teams.length === 0)
    throw new CommandError(
      "nobody reviews what the environments' secrets are used for",
      "name users or teams by id: --reviewers ID (gh api users/NAME --jq .id)",
    );
  return { repository, branch, adopt: flags["adopt"] === true, reviewers };
}

function ids(option = ""): number[] {
  return option
    .split(",")
    .filter((it) => it !== "")
    .map((it) => {
      if (/^\d+$/.test(it)) return Number(it);
      throw new CommandError(`${it} is no id`, "find it: gh api users/NAME --jq .id");
    });
}

/** All at once, and before anything is asked of GitHub. */
function requireSecrets(): void {
  const { missing } = environmentSecrets("production", process.env);
  const all = process.env["GITHUB_TOKEN"] ? missing : ["GITHUB_TOKEN", ...missing];
  if (all.length > 0)
    throw new CommandError(
      `these environment variables are not set: ${all.join(", ")}`,
      "set each to the production stack's value; GITHUB_TOKEN to a token that may administer the repository",
    );
}

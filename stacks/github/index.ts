import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";

import { DeliveryRepository, type Environment } from "../../components/github/deliveryRepository";
import { environmentSecrets, type GitHubSettings } from "./settings";

const settings = JSON.parse(new pulumi.Config().require("delivery")) as GitHubSettings;
const [owner = "", repository = ""] = settings.repository.split("/");

const secretsOf = (environment: Environment) =>
  Object.fromEntries(
    Object.entries(environmentSecrets(environment, process.env).given).map(([name, value]) => [
      name,
      pulumi.secret(value),
    ]),
  );

// The plugin reads $GITHUB_TOKEN itself. The SDK would too, and put it into the state and the diff, unmarked.
delete process.env["GITHUB_TOKEN"];
const provider = new github.Provider("github", { owner });
new DeliveryRepository(
  "delivery",
  {
    repository,
    adopt: settings.adopt,
    branch: settings.branch,
    reviewers: settings.reviewers,
    requiredChecks: ["all tests", "workflows, dependencies, history", "policy pack on what changed"],
    secrets: { preview: secretsOf("preview"), production: secretsOf("production") },
  },
  { providers: [provider] },
);

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

// Its token is $GITHUB_TOKEN, and the API's address $GITHUB_BASE_URL: neither gets into the state.
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

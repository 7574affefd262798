import { definePolicy } from "../definePolicy";
import { readText } from "../unknown";
import { actionOf, stepsOf, workflowType } from "./workflowType";

const secret = /\$\{\{\s*secrets\.(\w+)\s*\}\}/;

/** Refuses a personal access token where the workflow's own, which ends with the run, pushes images. */
export const disallowPersonalToken = definePolicy({
  finding: "workflow-registry-disallow-personal-token",
  type: workflowType,
  *check({ props }) {
    const required = "secrets.GITHUB_TOKEN, with packages: write";
    for (const { path, value } of stepsOf(props)) {
      const registry = readText(value, "with", "registry");
      const password = readText(value, "with", "password");
      const run = readText(value, "run");
      const login = actionOf(value) === "docker/login-action" && registry === "ghcr.io";
      const [, token] = (login && typeof password === "string" ? secret.exec(password) : null) ?? [];
      if (token && token !== "GITHUB_TOKEN") {
        yield { observed: `${path}.with.password is the secret ${token}`, required };
      }
      const line =
        typeof run === "string"
          ? run.split("\n").find((each) => /docker\s+login\b.*\bghcr\.io/.test(each))
          : undefined;
      const [, pasted] = (line && secret.exec(run as string)) || [];
      if (pasted && pasted !== "GITHUB_TOKEN") {
        yield { observed: `${path}.run logs in with the secret ${pasted}`, required };
      }
    }
  },
});

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { settings } from "../../stacks/settings";
import { readConfigFile } from "../configFile";
import { root } from "../state";
import { page, row } from "./page";

/** Every key of the stack's configuration, from stacks/settings.ts, Pulumi.yaml and the two committed stack files. */
export function configurationPage(): string {
  const { config } = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as {
    config: Record<string, { description: string }>;
  };
  const [dev, prod] = ["dev", "prod"].map((it) => readConfigFile(join(root, `Pulumi.${it}.yaml`)).config);
  const rows = Object.entries(settings).map(([key, setting]) => {
    const env = "env" in setting ? setting.env : undefined;
    const required = !setting.schema.safeParse(undefined).success;
    const committed = (values = dev) => (typeof values?.[key] === "string" ? `\`${values[key]}\`` : "");
    return row([
      `\`${key}\``,
      (config[key]?.description ?? "").replace(/ ?\[[A-Z_]+\]$/, ""),
      env === undefined ? "" : `\`${env}\``,
      "secret" in setting ? "yes" : "",
      required ? "yes" : "",
      committed(dev),
      committed(prod),
    ]);
  });
  return page("Configuration", "stacks/settings.ts and Pulumi.yaml", [
    "A value comes from the stack's file (`pulumi config set`, or `key: value` in the state directory's `local.yaml`) or from the",
    "environment variable; where both say something else, the deployment stops. Secrets are encrypted in the stack's file, and",
    "never plain. On the dev stack `make up` generates names, secrets and certificates. What is missing or wrong is reported all at",
    "once, each with the command that sets it.",
    "",
    row(["key", "what", "environment variable", "secret", "required", "dev", "prod"]),
    row(["---", "---", "---", "---", "---", "---", "---"]),
    ...rows,
  ]);
}

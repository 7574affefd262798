import type { Environment, Reviewers } from "../../components/github/deliveryRepository";
import { settings } from "../settings";

/** What make github tells the program; secrets come from the environment. */
export interface GitHubSettings {
  /** OWNER/NAME. */
  readonly repository: string;
  readonly adopt: boolean;
  readonly branch: string;
  readonly reviewers: Reviewers;
}

interface Secret {
  readonly name: string;
  readonly required: boolean;
}

/** Each secret of the stack that comes by an environment variable, and what the pipeline needs beside. */
const stackSecrets: readonly Secret[] = Object.values(settings).flatMap((setting): Secret[] =>
  "secret" in setting && "env" in setting
    ? [{ name: setting.env, required: !setting.schema.safeParse(undefined).success }]
    : [],
);
const pipelineSecrets: readonly Secret[] = [
  { name: "PULUMI_CONFIG_PASSPHRASE", required: true },
  { name: "IMAGE_SIGNING_KEY", required: false },
];
/** A preview changes nothing, so it never needs these. */
const productionOnly = new Set(["VAULT_UNSEAL_KEY", "IMAGE_SIGNING_KEY"]);

/** The names of an environment's secrets: those that are set, with their values, and those that are missing. */
export function environmentSecrets(
  environment: Environment,
  env: Readonly<Record<string, string | undefined>>,
): { readonly given: Readonly<Record<string, string>>; readonly missing: readonly string[] } {
  const all = [...stackSecrets, ...pipelineSecrets].filter(
    ({ name }) => environment === "production" || !productionOnly.has(name),
  );
  const given: Record<string, string> = {};
  for (const { name } of all) if (env[name]) given[name] = env[name];
  return {
    given,
    missing: all.filter(({ name, required }) => required && !env[name]).map(({ name }) => name),
  };
}

import { readFileSync } from "node:fs";
import { z } from "zod";
import type { AddressRules } from "./egress/addressPolicy";
import { loadAddressRules } from "./egress/settings";
import { loadSecrets, type Environment, type Secrets } from "./secrets/load";

const port = z.coerce.number().int().min(1).max(65535);

const settings = z.object({
  HOST: z.string().min(1).default("0.0.0.0"),
  PORT: port.default(8080),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  PGHOST: z.string({ error: "is missing: set it to the database server's host name" }).min(1),
  PGPORT: port.default(5432),
  PGDATABASE: z.string().min(1).default("apexmcp"),
  PGUSER: z.string().min(1).default("apexmcp_app"),
  PGSSLROOTCERT: z
    .string({
      error: "is missing: set it to the file of the CA certificate that signed the database server's",
    })
    .min(1),
});

export interface Config {
  listen: { host: string; port: number };
  logLevel: z.infer<typeof settings>["LOG_LEVEL"];
  database: { host: string; port: number; database: string; user: string; certificateAuthority: string };
  /** Which addresses a connector may have. */
  addressRules: AddressRules;
  secrets: Secrets;
}

/** Everything that is wrong with the configuration at once, one problem a line, none of them showing a secret. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The gateway refuses to start:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
  }
}

/**
 * The configuration from environment variables and the files of the secrets folder.
 * @throws ConfigError listing every problem, with the fix of each. Article finding 3.
 */
export function loadConfig(environment: Environment): Config {
  const problems: string[] = [];
  const parsed = settings.safeParse(environment);
  for (const issue of parsed.error?.issues ?? []) problems.push(`${issue.path.join(".")} ${issue.message}`);

  const secrets = loadSecrets(environment, secretsDirectory(environment), problems);
  const addressRules = loadAddressRules(environment, problems);
  const certificateAuthority = parsed.success
    ? readCertificateAuthority(parsed.data.PGSSLROOTCERT, problems)
    : "";
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);

  const { HOST, PORT, LOG_LEVEL, PGHOST, PGPORT, PGDATABASE, PGUSER } = parsed.data;
  return {
    listen: { host: HOST, port: PORT },
    logLevel: LOG_LEVEL,
    database: { host: PGHOST, port: PGPORT, database: PGDATABASE, user: PGUSER, certificateAuthority },
    addressRules,
    secrets,
  };
}

/** The folder that holds a file for each secret. */
export function secretsDirectory(environment: Environment): string {
  return environment["SECRETS_DIRECTORY"] || "/run/secrets";
}

function readCertificateAuthority(path: string, problems: string[]): string {
  try {
    const pem = readFileSync(path, "utf8");
    if (pem.includes("-----BEGIN CERTIFICATE-----")) return pem;
    problems.push(
      `PGSSLROOTCERT names ${path}, which holds no PEM certificate: mount the CA's certificate there`,
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    problems.push(
      `PGSSLROOTCERT names ${path}, which can't be read (${code}): mount the CA's certificate there`,
    );
  }
  return "";
}

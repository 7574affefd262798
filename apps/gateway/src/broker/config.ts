import { createPrivateKey, X509Certificate } from "node:crypto";
import { accessSync, constants, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { secretsDirectory } from "../config";
import { inspectSecrets, type Environment } from "../secrets/load";
import type { AppRole } from "./vaultLogin";

const settings = z.object({
  HOST: z.string().min(1).default("0.0.0.0"),
  PORT: z.coerce.number().int().min(1).max(65535).default(8090),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  VAULT_ADDR: z
    .string({ error: "is missing: set it to Vault's address, as in https://vault:8200" })
    .regex(/^https:\/\/[^/?#@]+$/, "must be https://<host>:<port> and no more"),
  VAULT_CACERT: z.string().min(1).default("/etc/apexmcp/ca.crt"),
  STATE_DIRECTORY: z.string().min(1).default("/var/lib/broker"),
});

export interface BrokerConfig {
  listen: { host: string; port: number };
  logLevel: z.infer<typeof settings>["LOG_LEVEL"];
  /** PEM. */
  tls: { cert: string; key: string };
  vault: { address: string; certificateAuthority: string; role: AppRole };
  /** VAULT_JWT_SECRET: verifies the gateway's request tokens. */
  tokenSecret: string;
}

/** Everything that is wrong with the configuration at once, one problem a line, none of them showing a secret. */
export class BrokerConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      `The credential broker refuses to start:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
  }
}

/**
 * The broker's configuration from environment variables and the files of the secrets folder: VAULT_JWT_SECRET,
 * tls.crt, tls.key, VAULT_ROLE_ID and VAULT_WRAPPED_SECRET_ID. STATE_DIRECTORY has to be writable.
 * @throws BrokerConfigError listing every problem, with the fix of each
 */
export function loadBrokerConfig(environment: Environment): BrokerConfig {
  const problems: string[] = [];
  const parsed = settings.safeParse(environment);
  for (const issue of parsed.error?.issues ?? []) problems.push(`${issue.path.join(".")} ${issue.message}`);
  if (!parsed.success) throw new BrokerConfigError(problems);

  const { HOST, PORT, LOG_LEVEL, VAULT_ADDR, VAULT_CACERT, STATE_DIRECTORY } = parsed.data;
  const directory = secretsDirectory(environment);
  const file = (name: string) => readText(join(directory, name));
  const required = (name: string, purpose: string) => {
    const text = file(name);
    if (text === undefined)
      problems.push(`${join(directory, name)} is missing or empty: mount ${purpose} there`);
    return text ?? "";
  };

  const tls = {
    cert: required("tls.crt", "the broker's certificate, for the name 'broker'"),
    key: required("tls.key", "the key of the broker's certificate"),
  };
  problems.push(...certificateProblems(tls));
  const certificateAuthority = readText(VAULT_CACERT) ?? "";
  if (!isCertificate(certificateAuthority)) {
    problems.push(`VAULT_CACERT names ${VAULT_CACERT}, which is no PEM certificate: mount the CA's there`);
  }
  const roleId = required("VAULT_ROLE_ID", "the id of the AppRole 'broker'");
  const wrappedSecretId = required(
    "VAULT_WRAPPED_SECRET_ID",
    "the wrapping token of a secret id for that role",
  );
  if (!isWritable(STATE_DIRECTORY)) {
    problems.push(
      `STATE_DIRECTORY is ${STATE_DIRECTORY}, where this user can't write: mount a volume of the broker's own there`,
    );
  }
  const tokenSecret = readTokenSecret(environment, directory, problems);
  if (problems.length > 0) throw new BrokerConfigError(problems);

  return {
    listen: { host: HOST, port: PORT },
    logLevel: LOG_LEVEL,
    tls,
    vault: {
      address: VAULT_ADDR,
      certificateAuthority,
      role: { roleId, wrappedSecretId, directory: STATE_DIRECTORY },
    },
    tokenSecret,
  };
}

/** Judged as the gateway judges it; the gateway's other secrets are no business of the broker's. */
function readTokenSecret(environment: Environment, directory: string, problems: string[]): string {
  const found = inspectSecrets(environment, directory).find(({ name }) => name === "VAULT_JWT_SECRET");
  problems.push(...(found?.problem === undefined ? [] : [found.problem]));
  return found?.value ?? "";
}

/** A file's text without white space at its ends; undefined when there is none. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}

function certificateProblems({ cert, key }: BrokerConfig["tls"]): string[] {
  if (cert === "" || key === "") return [];
  if (!isCertificate(cert)) return ["tls.crt is no PEM certificate"];
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
      ? []
      : ["tls.key is not the key of tls.crt"];
  } catch {
    return ["tls.key is no PEM private key"];
  }
}

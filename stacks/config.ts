import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";

import { readImageLock, type ImageLock } from "../images/imageLock";
import { acrossKeys, certificateProblems, whence, type ConfigSource } from "./configProblems";
import {
  certificate,
  howToSet,
  settings,
  type Key,
  type Raw,
  type SecretKey,
  type Setting,
} from "./settings";

/**
 * The configuration of one stack, complete and valid. Secrets are Pulumi secrets: they never show in
 * state, in a diff or in an error.
 */
export type StackConfig = Omit<Raw, SecretKey | "imageLock" | "caCertificateFile"> & {
  [K in SecretKey]: undefined extends Raw[K] ? pulumi.Output<string> | undefined : pulumi.Output<string>;
} & {
  /** Third-party images, each by digest. */
  images: ImageLock["images"];
  /** The CA that signed every certificate of the stack: PEM, and the absolute path it was read from. */
  caCertificate: string;
  caCertificateFile: string;
};

/** Every problem of a configuration at once; each line says the key, what is wrong, and what sets it. */
export class ConfigError extends pulumi.RunError {
  constructor(stack: string, problems: string[]) {
    const noun = problems.length === 1 ? "problem" : "problems";
    super(
      `${problems.length} ${noun} in the configuration of stack '${stack}':\n  - ${problems.join("\n  - ")}`,
    );
  }
}

/**
 * Reads and checks the whole configuration of the current stack.
 *
 * @throws ConfigError with every problem; values of secrets are in none of them.
 */
export function readConfig(): StackConfig {
  const prefix = `${pulumi.getProject()}:`;
  const own = (key: string): boolean => key.startsWith(prefix);
  const bare = (key: string): string => key.slice(prefix.length);
  const secretKeys = JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] ?? "[]") as string[];
  const all = Object.entries(pulumi.runtime.allConfig());
  return parseConfig({
    config: Object.fromEntries(all.filter(([key]) => own(key)).map(([key, value]) => [bare(key), value])),
    secretKeys: new Set(secretKeys.filter(own).map(bare)),
    env: process.env,
    stack: pulumi.getStack(),
  });
}

/** The pure part of {@link readConfig}. */
export function parseConfig(source: ConfigSource): StackConfig {
  const problems: string[] = [];
  const raw: Record<string, unknown> = {};

  for (const key of Object.keys(source.config).filter((it) => !(it in settings))) {
    problems.push(`${key}: unknown key; remove it: pulumi config rm ${key}`);
  }
  for (const [key, setting] of Object.entries(settings) as [Key, Setting][]) {
    const value = configured(key, setting, source, problems);
    if (value === conflicting) continue;
    const parsed = setting.schema.safeParse(value);
    if (parsed.success) raw[key] = parsed.data;
    else
      problems.push(
        `${whence(key, source)}: ${value === undefined ? "missing" : reason(parsed.error)}; ${
          whence(key, source) === key ? howToSet(key, setting) : "correct that file"
        }`,
      );
  }
  const images = fromFile(raw, "imageLock", (path) => readImageLock(path).images, problems);
  const caCertificate = fromFile(raw, "caCertificateFile", readCertificate, problems);
  problems.push(...acrossKeys(raw));
  if (caCertificate !== undefined) problems.push(...certificateProblems(raw, caCertificate, source));
  if (images && !images.zitadel && raw["zitadelStandinTag"] === undefined) {
    problems.push(`imageLock: ${String(raw["imageLock"])} has no image of Zitadel; use images.lock.json`);
  }
  if (problems.length > 0) throw new ConfigError(source.stack, problems);

  const isSecret = ([key, value]: [string, unknown]): boolean =>
    typeof value === "string" && (settings[key as Key] as Setting).secret === true;
  const secrets = Object.entries(raw)
    .filter(isSecret)
    .map(([key, value]) => [key, pulumi.secret(value)]);
  return {
    ...raw,
    ...Object.fromEntries(secrets),
    images,
    caCertificate,
    caCertificateFile: resolve(raw["caCertificateFile"] as string),
  } as StackConfig;
}

const conflicting = Symbol("conflicting");

function configured(key: Key, setting: Setting, source: ConfigSource, problems: string[]) {
  const fromConfig = source.config[key] || undefined; // Pulumi.yaml's defaults are empty
  const fromEnv = setting.env === undefined ? undefined : source.env[setting.env] || undefined;
  const path = setting.file === undefined ? undefined : source.config[setting.file] || undefined;
  if (path !== undefined) return readGiven(path, setting.file!, problems);
  if (setting.secret && fromConfig !== undefined && !source.secretKeys.has(key)) {
    problems.push(`${key}: is stored in plain text; ${howToSet(key, setting)}`);
    return conflicting;
  }
  if (fromConfig !== undefined && fromEnv !== undefined && fromConfig !== fromEnv) {
    problems.push(
      `${key}: differs between ${setting.env} and the stack's config; unset ${setting.env} or: pulumi config rm ${key}`,
    );
    return conflicting;
  }
  return fromConfig ?? fromEnv;
}

function readGiven(path: string, key: string, problems: string[]): string | typeof conflicting {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    problems.push(`${key}: ${(error as Error).message}; correct it: pulumi config set ${key}`);
    return conflicting;
  }
}

function fromFile<T>(raw: Record<string, unknown>, key: Key, read: (path: string) => T, problems: string[]) {
  const path = raw[key];
  if (typeof path !== "string") return undefined;
  try {
    return read(path);
  } catch (error) {
    problems.push(`${key}: ${(error as Error).message.replaceAll("\n", "\n    ")}`);
    return undefined;
  }
}

function readCertificate(path: string): string {
  const pem = readFileSync(path, "utf8");
  if (!certificate.safeParse(pem).success) throw new Error(`${path} is not a PEM certificate`);
  return pem;
}

function reason(error: z.ZodError): string {
  return error.issues.map((issue) => issue.message).join(", ");
}

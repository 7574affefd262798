import { X509Certificate, createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { resolve } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { pairProblems } from "../provider/edge/certificatePair";
import { complexityProblem } from "../components/zitadel/passwordComplexity";
import { readImageLock, type ImageLock } from "../images/imageLock";
import { slots } from "../images/release";

const port = z.coerce.number().int().min(1024).max(65535);
const secret = z
  .string()
  .min(32, "must be at least 32 characters: generate one with `openssl rand -base64 48`");
const certificate = z.string().refine(
  parses((pem) => new X509Certificate(pem)),
  "is not a PEM certificate",
);
const privateKey = z.string().refine(parses(createPrivateKey), "is not a PEM private key");
const rsaPrivateKey = privateKey.refine(
  (pem) => !parses(createPrivateKey)(pem) || createPrivateKey(pem).asymmetricKeyType === "rsa",
  "must be an RSA key: generate one with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072`",
);
const httpsOrigin = z
  .string()
  .refine(
    (it) => URL.parse(it)?.origin === it && it.startsWith("https://"),
    "must be an https origin such as https://mcp.example.com",
  );
const bootstrapPassword = z.string().superRefine((password, context) => {
  const problem = complexityProblem(password);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});
const gitSha = /^[0-9a-f]{40}$/;
const workingCopyTag = /^[0-9a-f]{40}(-dirty-[0-9a-f]{12})?$/;

interface Setting<T extends z.ZodType = z.ZodType> {
  schema: T;
  /** Environment variable that sets it too, as a deploy workflow injects it. */
  env?: string;
  secret?: true;
  /** Key of a file that holds it, which goes before. */
  file?: string;
}

/** Every key this project knows, in the order in which problems are reported. */
export const settings = {
  name: {
    schema: z.string().regex(/^[a-z][a-z0-9-]{1,38}[a-z0-9]$/, "must be 3 to 40 of a-z, 0-9 and -"),
  },
  environment: { schema: z.enum(["dev", "prod"]) },
  publicUrl: { schema: httpsOrigin },
  authUrl: { schema: httpsOrigin },
  edgeAddress: { schema: z.string().refine((it) => isIP(it) > 0, "must be the IP address to publish on") },
  edgeHttpsPort: { schema: z.coerce.number().int().min(1).max(65535) },
  edgeHttpPort: { schema: z.coerce.number().int().min(1).max(65535) },
  edgeTrustedProxies: {
    schema: list(isNetwork, "must be addresses or CIDRs of proxies, separated by commas, and not everybody"),
  },
  corsOrigins: {
    schema: list(isOrigin, "must be exact origins such as https://app.example.com, separated by commas"),
  },
  egressAllowCidrs: {
    schema: list(isNetwork, "must be addresses or CIDRs, separated by commas, and not everything"),
  },
  httpConnectors: {
    schema: z.enum(["true", "false"], "must be true or false").optional(),
  },
  vaultPort: { schema: port },
  postgresPort: { schema: port },
  zitadelPort: { schema: port },
  imageLock: { schema: z.string().min(1) },
  imageRepository: {
    schema: z
      .string()
      .regex(
        /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/,
        "must be registry/repository, lower case, without a tag",
      )
      .optional(),
    env: "IMAGE_REPOSITORY",
  },
  imageTag: { schema: z.string(), env: "IMAGE_TAG" },
  imageDigest: {
    schema: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hex digits")
      .optional(),
    env: "IMAGE_DIGEST",
  },
  slot: { schema: z.enum(slots).optional() },
  zitadelStandinTag: { schema: z.string().regex(workingCopyTag, "must be a git SHA").optional() },
  vaultInitFile: { schema: z.string().min(1).optional() },
  vaultUnsealKey: { schema: z.string().min(1).optional(), env: "VAULT_UNSEAL_KEY", secret: true },
  vaultDeployerRoleId: { schema: z.string().min(1).optional(), env: "VAULT_DEPLOYER_ROLE_ID" },
  vaultDeployerSecretId: {
    schema: z.string().min(1).optional(),
    env: "VAULT_DEPLOYER_SECRET_ID",
    secret: true,
  },
  vaultJwtSecret: { schema: secret, env: "VAULT_JWT_SECRET", secret: true },
  oauthJwtSecret: { schema: secret, env: "OAUTH_JWT_SECRET", secret: true },
  postgresPassword: { schema: secret, env: "POSTGRES_PASSWORD", secret: true },
  postgresMigratorPassword: { schema: secret, env: "POSTGRES_MIGRATOR_PASSWORD", secret: true },
  postgresAppPassword: { schema: secret, env: "POSTGRES_APP_PASSWORD", secret: true },
  postgresAuditorPassword: { schema: secret, env: "POSTGRES_AUDITOR_PASSWORD", secret: true },
  postgresZitadelPassword: { schema: secret, env: "POSTGRES_ZITADEL_PASSWORD", secret: true },
  zitadelMasterKey: {
    schema: z
      .string()
      .length(32, "must be exactly 32 characters: generate one with `openssl rand -hex 16`, and keep it"),
    env: "ZITADEL_MASTERKEY",
    secret: true,
  },
  zitadelAdminPassword: {
    schema: bootstrapPassword,
    env: "ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD",
    secret: true,
  },
  zitadelDeployerKey: { schema: rsaPrivateKey, env: "ZITADEL_DEPLOYER_KEY", secret: true },
  zitadelSshHost: { schema: z.string().min(1).optional() },
  zitadelSshPort: { schema: z.coerce.number().int().min(1).max(65535).optional() },
  zitadelSshUser: { schema: z.string().min(1).optional() },
  zitadelSshPrivateKey: {
    schema: z.string().min(1).optional(),
    env: "ZITADEL_SSH_PRIVATE_KEY",
    secret: true,
  },
  zitadelSshHostKey: { schema: z.string().min(1).optional() },
  caCertificateFile: { schema: z.string().min(1), env: "TLS_CA_CERTIFICATE_FILE" },
  vaultCertificate: { schema: certificate, env: "VAULT_TLS_CERTIFICATE" },
  vaultPrivateKey: { schema: privateKey, env: "VAULT_TLS_PRIVATE_KEY", secret: true },
  postgresCertificate: { schema: certificate, env: "POSTGRES_TLS_CERTIFICATE" },
  postgresPrivateKey: { schema: privateKey, env: "POSTGRES_TLS_PRIVATE_KEY", secret: true },
  brokerCertificate: { schema: certificate, env: "BROKER_TLS_CERTIFICATE" },
  brokerPrivateKey: { schema: privateKey, env: "BROKER_TLS_PRIVATE_KEY", secret: true },
  zitadelCertificate: { schema: certificate, env: "ZITADEL_TLS_CERTIFICATE" },
  zitadelPrivateKey: { schema: privateKey, env: "ZITADEL_TLS_PRIVATE_KEY", secret: true },
  edgeCertificate: { schema: certificate, env: "EDGE_TLS_CERTIFICATE", file: "edgeCertificateFile" },
  edgePrivateKey: {
    schema: privateKey,
    env: "EDGE_TLS_PRIVATE_KEY",
    file: "edgePrivateKeyFile",
    secret: true,
  },
  edgeCertificateFile: { schema: z.string().min(1).optional() },
  edgePrivateKeyFile: { schema: z.string().min(1).optional() },
} satisfies Record<string, Setting>;

type Key = keyof typeof settings;
type Raw = { [K in Key]: z.infer<(typeof settings)[K]["schema"]> };
type SecretKey = { [K in Key]: (typeof settings)[K] extends { secret: true } ? K : never }[Key];

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

/** What a problem list is made from, apart from Pulumi so that it can be tried without an engine. */
export interface ConfigSource {
  /** Values of this project's keys, without the project's prefix. */
  config: Readonly<Record<string, string>>;
  secretKeys: ReadonlySet<string>;
  env: Readonly<Record<string, string | undefined>>;
  stack: string;
}

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

function list(isEntry: (entry: string) => boolean, problem: string) {
  return z
    .string()
    .transform((text) => text.split(",").map((entry) => entry.trim()))
    .refine((entries) => entries.every(isEntry), problem)
    .optional();
}

function isOrigin(entry: string): boolean {
  return /^https?:[^*]*$/.test(entry) && URL.parse(entry)?.origin === entry;
}

/** An address or a CIDR, and not everybody. */
function isNetwork(entry: string): boolean {
  const [address = "", prefix, ...rest] = entry.split("/");
  const bits = isIP(address) === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : Number(prefix);
  return isIP(address) > 0 && rest.length === 0 && Number.isInteger(length) && length > 0 && length <= bits;
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

/** The key of a value, or that of its file and the file itself. */
function whence(key: Key, { config }: ConfigSource): string {
  const { file } = settings[key] as Setting;
  return file !== undefined && config[file] ? `${file}: ${config[file]}` : key;
}

/** What would make clients refuse a server, known before anything is deployed. */
function certificateProblems(raw: Partial<Raw>, caCertificate: string, source: ConfigSource): string[] {
  const host = (url: string | undefined) => (url === undefined ? [] : [new URL(url).hostname]);
  const names = {
    vault: ["vault", "127.0.0.1"],
    postgres: ["postgres", "127.0.0.1"],
    broker: ["broker"],
    zitadel: [...host(raw.authUrl), "127.0.0.1"],
    edge: [...host(raw.publicUrl), ...host(raw.authUrl)],
  };
  return (Object.keys(names) as (keyof typeof names)[]).flatMap((server) => {
    const { [`${server}Certificate` as const]: certificate, [`${server}PrivateKey` as const]: privateKey } =
      raw;
    if (certificate === undefined || privateKey === undefined) return [];
    const use = { names: names[server], caCertificate, publicly: server === "edge" };
    return pairProblems({ certificate, privateKey }, use).map(
      ({ half, problem }) =>
        `${whence(half === "certificate" ? `${server}Certificate` : `${server}PrivateKey`, source)}: ${problem}`,
    );
  });
}

/** The tunnel to Zitadel's API: all of them, or none. */
const zitadelSshKeys = [
  "zitadelSshHost",
  "zitadelSshPort",
  "zitadelSshUser",
  "zitadelSshPrivateKey",
  "zitadelSshHostKey",
] as const;

/** Rules that need more than one key: what each environment demands, and that no secret serves twice. */
function acrossKeys(raw: Partial<Raw>): string[] {
  const problems: string[] = [];
  const prod = raw.environment === "prod";
  if (raw.imageTag !== undefined && !(prod ? gitSha : workingCopyTag).test(raw.imageTag)) {
    problems.push("imageTag: must be a full git SHA of 40 hex digits; set IMAGE_TAG=$(git rev-parse HEAD)");
  }
  if (prod && raw.vaultInitFile !== undefined) {
    problems.push("vaultInitFile: is for development only; remove it and run the ceremony: make vault-init");
  }
  if (raw.environment === "dev" && raw.vaultInitFile === undefined) {
    problems.push(
      "vaultInitFile: missing; set the file that keeps the dev Vault's key: pulumi config set vaultInitFile .state/vault-init.json",
    );
  }
  if (raw.publicUrl !== undefined && raw.publicUrl === raw.authUrl) {
    problems.push(
      "authUrl: is the same as publicUrl; give the identity provider a host of its own: pulumi config set authUrl",
    );
  }
  if (prod && raw.httpConnectors === "true") {
    problems.push("httpConnectors: is for development only; remove it: pulumi config rm httpConnectors");
  }
  if (prod && raw.zitadelStandinTag !== undefined) {
    problems.push(
      "zitadelStandinTag: the stand-in is for development only; remove it: pulumi config rm zitadelStandinTag",
    );
  }
  const ssh = zitadelSshKeys.filter((key) => raw[key] !== undefined);
  if (ssh.length > 0) {
    for (const key of zitadelSshKeys.filter((it) => raw[it] === undefined))
      problems.push(`${key}: missing beside ${ssh.join(", ")}; ${howToSet(key, settings[key])}`);
  }
  const seen = new Map<string, string>();
  for (const [key, setting] of Object.entries(settings) as [Key, Setting][]) {
    const value = raw[key];
    if (!setting.secret || typeof value !== "string") continue;
    const other = seen.get(value);
    if (other !== undefined)
      problems.push(`${key}: has the same value as ${other}; give each secret a value of its own`);
    seen.set(value, key);
  }
  return problems;
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

function howToSet(key: string, setting: Setting): string {
  const command = `set it: pulumi config set ${setting.secret ? "--secret " : ""}${key}`;
  return setting.env ? `${command} (or the environment variable ${setting.env})` : command;
}

function reason(error: z.ZodError): string {
  return error.issues.map((issue) => issue.message).join(", ");
}

function parses(parse: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      parse(text);
      return true;
    } catch {
      return false;
    }
  };
}

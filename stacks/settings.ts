import { X509Certificate, createPrivateKey } from "node:crypto";
import { isIP } from "node:net";

import { z } from "zod";

import { complexityProblem } from "../components/zitadel/passwordComplexity";
import { slots } from "../images/release";

const port = z.coerce.number().int().min(1024).max(65535);
const secret = z
  .string()
  .min(32, "must be at least 32 characters: generate one with `openssl rand -base64 48`");
export const certificate = z.string().refine(
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
export const gitSha = /^[0-9a-f]{40}$/;
export const workingCopyTag = /^[0-9a-f]{40}(-dirty-[0-9a-f]{12})?$/;

/** One key: what it may be, and where else it may come from. */
export interface Setting<T extends z.ZodType = z.ZodType> {
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
  oauthJwtSecretPrevious: { schema: secret.optional(), env: "OAUTH_JWT_SECRET_PREVIOUS", secret: true },
  postgresPassword: { schema: secret, env: "POSTGRES_PASSWORD", secret: true },
  postgresMigratorPassword: { schema: secret, env: "POSTGRES_MIGRATOR_PASSWORD", secret: true },
  postgresAppPassword: { schema: secret, env: "POSTGRES_APP_PASSWORD", secret: true },
  postgresAuditorPassword: { schema: secret, env: "POSTGRES_AUDITOR_PASSWORD", secret: true },
  postgresZitadelPassword: { schema: secret, env: "POSTGRES_ZITADEL_PASSWORD", secret: true },
  zitadelMasterKey: {
    schema: z
      .string()
      .regex(
        /^[\x21-\x7e]{32}$/,
        "must be exactly 32 characters of ASCII: generate one with `openssl rand -hex 16`, and keep it",
      ),
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

export type Key = keyof typeof settings;
/** Values as they were read; those of secrets too. */
export type Raw = { [K in Key]: z.infer<(typeof settings)[K]["schema"]> };
export type SecretKey = { [K in Key]: (typeof settings)[K] extends { secret: true } ? K : never }[Key];

/** The command that sets a key. */
export function howToSet(key: string, setting: Setting): string {
  const command = `set it: pulumi config set ${setting.secret ? "--secret " : ""}${key}`;
  return setting.env ? `${command} (or the environment variable ${setting.env})` : command;
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

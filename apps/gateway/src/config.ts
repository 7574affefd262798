import { readFileSync } from "node:fs";
import { z } from "zod";
import { loadOidcSettings } from "./auth/oidcSettings";
import type { OidcSettings } from "./auth/oidcTokens";
import { isCidr, type AddressRules } from "./egress/addressPolicy";
import type { ResponseLimits } from "./egress/boundedResponse";
import { loadAddressRules } from "./egress/settings";
import type { LoadLimits } from "./limits/load";
import type { DrainTimes } from "./drain";
import { loadSharedStoreAddress, type SharedStoreSettings } from "./limits/sharedStore";
import { loadSecrets, type Environment, type Secrets } from "./secrets/load";

const positive = z.coerce.number().int().min(1);
const list = z
  .string()
  .default("")
  .transform((text) => text.split(",").map((entry) => entry.trim()))
  .transform((entries) => entries.filter((entry) => entry !== ""));
const isOrigin = (text: string) => /^https?:[^*]*$/.test(text) && URL.parse(text)?.origin === text;

const port = z.coerce.number().int().min(1).max(65535);

const settings = z.object({
  HOST: z.string().min(1).default("0.0.0.0"),
  PORT: port.default(8080),
  METRICS_PORT: port.optional(),
  SHUTDOWN_NOTICE_MS: z.coerce.number().int().min(0).max(60_000).default(2000),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  PUBLIC_URL: z
    .string()
    .default("https://localhost:8443")
    .refine((text) => text.startsWith("https://") && isOrigin(text), {
      error: "must be an https origin as in https://mcp.example.com; no path",
    }),
  TRUSTED_PROXY_CIDRS: list.refine(
    (entries) => entries.every((entry) => isCidr(entry) && !entry.endsWith("/0")),
    {
      error: "must be CIDRs or addresses, separated by commas, and none of them everybody",
    },
  ),
  CORS_ORIGINS: list.refine((entries) => entries.every(isOrigin), {
    error: "must be exact origins as in https://app.example.com, separated by commas; no path, no *",
  }),
  RATE_LIMIT_PER_MINUTE: positive.default(300),
  AGENT_RATE_LIMIT_PER_MINUTE: positive.default(1200),
  CONNECTOR_RATE_LIMIT_PER_MINUTE: positive.default(6000),
  AGENT_CONCURRENCY: positive.default(1000),
  ALLOW_HTTP_CONNECTORS: z.enum(["true", "false"]).default("false"),
  BROKER_URL: z
    .string()
    .refine((text) => text.startsWith("https://") && isOrigin(text), {
      error: "must be an https origin as in https://broker:8090",
    })
    .optional(),
  MAX_BODY_BYTES: positive.default(1024 * 1024),
  MAX_CONCURRENCY: positive.default(2000),
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
  /** Where Prometheus finds /metrics; undefined: nowhere. */
  metrics: { host: string; port: number } | undefined;
  drain: DrainTimes;
  logLevel: z.infer<typeof settings>["LOG_LEVEL"];
  /** The origin at which clients reach the gateway; tokens are issued for it and metadata names it. */
  publicUrl: string;
  /** CIDRs of the proxies whose X-Forwarded-For tells the client's address; empty: the peer is the client. */
  trustedProxies: readonly string[];
  /** Exact origins of web pages that may call the gateway. */
  origins: readonly string[];
  limits: LoadLimits & {
    /** For one client address. */
    requestsPerMinute: number;
    /** For one agent, wherever its requests come from. */
    agentPerMinute: number;
    /** For one connector of one organisation, whoever calls it. */
    connectorPerMinute: number;
    /** Requests and streams that one agent has open at a time. */
    agentConcurrency: number;
    bodyBytes: number;
    /** From a request's first byte to its last, in milliseconds. */
    requestTime: number;
    connections: number;
    /** Of an upstream's answers; a stream's time is that to its beginning. */
    upstream: ResponseLimits;
    /** For which a stream is open at most, in milliseconds. */
    streamTime: number;
  };
  database: { host: string; port: number; database: string; user: string; certificateAuthority: string };
  /** The credential broker; undefined where none is deployed. */
  broker: { address: string; certificateAuthority: string } | undefined;
  /** Whether a connector may be http: development only. */
  httpConnectors: boolean;
  /** Which addresses a connector may have. */
  addressRules: AddressRules;
  /** Where replicas count requests together; undefined: each counts its own. */
  sharedStore: SharedStoreSettings | undefined;
  /** The identity provider whose tokens are accepted too; undefined where there is none. */
  oidc: OidcSettings | undefined;
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
  const oidc = loadOidcSettings(environment, problems);
  const sharedStore = loadSharedStoreAddress(environment, problems);
  const password = secrets.REDIS_PASSWORD;
  if (sharedStore && password === undefined)
    problems.push("REDIS_PASSWORD is missing: inject the password of the server at REDIS_URL");
  const certificateAuthority = parsed.success
    ? readCertificateAuthority(parsed.data.PGSSLROOTCERT, problems)
    : "";
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);

  const { HOST, PORT, LOG_LEVEL, PGHOST, PGPORT, PGDATABASE, PGUSER } = parsed.data;
  const { TRUSTED_PROXY_CIDRS, CORS_ORIGINS, RATE_LIMIT_PER_MINUTE, MAX_BODY_BYTES, MAX_CONCURRENCY } =
    parsed.data;
  const { ALLOW_HTTP_CONNECTORS, BROKER_URL, METRICS_PORT, SHUTDOWN_NOTICE_MS } = parsed.data;
  return {
    listen: { host: HOST, port: PORT },
    metrics: METRICS_PORT === undefined ? undefined : { host: HOST, port: METRICS_PORT },
    drain: { notice: SHUTDOWN_NOTICE_MS, grace: 10_000 },
    logLevel: LOG_LEVEL,
    publicUrl: parsed.data.PUBLIC_URL,
    trustedProxies: TRUSTED_PROXY_CIDRS,
    origins: CORS_ORIGINS,
    limits: {
      requestsPerMinute: RATE_LIMIT_PER_MINUTE,
      agentPerMinute: parsed.data.AGENT_RATE_LIMIT_PER_MINUTE,
      connectorPerMinute: parsed.data.CONNECTOR_RATE_LIMIT_PER_MINUTE,
      agentConcurrency: parsed.data.AGENT_CONCURRENCY,
      bodyBytes: MAX_BODY_BYTES,
      requestTime: 30_000,
      concurrency: MAX_CONCURRENCY,
      connections: MAX_CONCURRENCY * 2,
      upstream: { bytes: 10 * 1024 * 1024, milliseconds: 60_000 },
      streamTime: 3_600_000,
      eventLoopDelay: 500,
      memoryShare: 0.9,
    },
    database: { host: PGHOST, port: PGPORT, database: PGDATABASE, user: PGUSER, certificateAuthority },
    broker: BROKER_URL === undefined ? undefined : { address: BROKER_URL, certificateAuthority },
    httpConnectors: ALLOW_HTTP_CONNECTORS === "true",
    addressRules,
    sharedStore: sharedStore && password ? { ...sharedStore, password, certificateAuthority } : undefined,
    oidc: oidc && { ...oidc, certificateAuthority },
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

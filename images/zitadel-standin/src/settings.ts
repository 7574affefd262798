import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { parse } from "yaml";
import { z } from "zod";

const flag = z.union([z.boolean(), z.stringbool()]);
const systemUser = z.record(z.string(), z.object({ Path: z.string() }));

/** The part of Zitadel's own configuration that the stand-in knows; what it doesn't know is ignored, as there. */
const configuration = z.object({
  ExternalDomain: z.string(),
  ExternalPort: z.coerce.number().int(),
  ExternalSecure: flag.default(true),
  Port: z.coerce.number().int().default(8080),
  TLS: z.object({ CertPath: z.string(), KeyPath: z.string() }),
  Database: z.object({
    postgres: z.object({
      Host: z.string(),
      Port: z.coerce.number().int().default(5432),
      Database: z.string(),
      User: z.object({
        Username: z.string(),
        Password: z.string(),
        SSL: z.object({ Mode: z.literal("verify-full"), RootCert: z.string() }),
      }),
    }),
  }),
  SystemAPIUsers: z.array(systemUser).default([]),
  FirstInstance: z.object({
    Org: z.object({
      Name: z.string().default("ZITADEL"),
      Human: z.object({
        UserName: z.string().default("zitadel-admin"),
        FirstName: z.string().default("ZITADEL"),
        LastName: z.string().default("Admin"),
        Email: z.object({ Address: z.string().default("") }).prefault({}),
        Password: z.string().default("Password1!"),
        PasswordChangeRequired: flag.default(true),
      }),
    }),
  }),
});

export interface Settings extends z.infer<typeof configuration> {
  /** `https://<ExternalDomain>[:<ExternalPort>]`: the issuer, and where people reach it. */
  readonly origin: string;
  /** 32 bytes that encrypt what has to stay secret in the database. */
  readonly masterKey: Buffer;
}

/**
 * Reads settings as Zitadel does: the `--config` and `--steps` files in their order, then ZITADEL_* variables.
 *
 * @throws with every setting that is missing or wrong, without its value
 */
export function readSettings(args: string[], env: NodeJS.ProcessEnv): Settings {
  const { values } = parseArgs({
    args,
    options: {
      config: { type: "string", multiple: true, default: [] },
      steps: { type: "string", multiple: true, default: [] },
      masterkeyFile: { type: "string" },
      tlsMode: { type: "string" },
    },
  });
  if (values.tlsMode !== "enabled") throw new Error("--tlsMode: only 'enabled' is known to the stand-in");
  const merged = [...values.config, ...values.steps].reduce<unknown>(
    (all, file) => merge(all, parse(readFileSync(file, "utf8"))),
    {},
  );
  const parsed = configuration.safeParse(overlay(merged, env));
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const { ExternalDomain, ExternalPort, ExternalSecure } = parsed.data;
  if (!ExternalSecure) throw new Error("ExternalSecure: only true is known to the stand-in");
  return {
    ...parsed.data,
    origin: `https://${ExternalDomain}${ExternalPort === 443 ? "" : `:${ExternalPort}`}`,
    masterKey: readMasterKey(values.masterkeyFile),
  };
}

function readMasterKey(file: string | undefined): Buffer {
  if (file === undefined) throw new Error("--masterkeyFile: missing");
  const key = readFileSync(file);
  if (key.length !== 32) throw new Error(`masterkey must be 32 bytes, but is ${key.length}`);
  return key;
}

type Tree = Record<string, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function merge(under: unknown, over: unknown): unknown {
  if (!isTree(under) || !isTree(over)) return over ?? under;
  const keys = new Set([...Object.keys(under), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(under[key], over[key])]));
}

/** What the environment may set; ZITADEL_A_B is the setting A.B. */
const variables = [
  ["FirstInstance", "Org", "Name"],
  ["FirstInstance", "Org", "Human", "UserName"],
  ["FirstInstance", "Org", "Human", "FirstName"],
  ["FirstInstance", "Org", "Human", "LastName"],
  ["FirstInstance", "Org", "Human", "Email", "Address"],
  ["FirstInstance", "Org", "Human", "Password"],
  ["FirstInstance", "Org", "Human", "PasswordChangeRequired"],
  ["ExternalDomain"],
  ["ExternalPort"],
  ["ExternalSecure"],
  ["Database", "postgres", "Host"],
  ["Database", "postgres", "Port"],
  ["Database", "postgres", "User", "Password"],
];

function overlay(settings: unknown, env: NodeJS.ProcessEnv): unknown {
  return variables.reduce((all, path) => {
    const value = env[`ZITADEL_${path.join("_").toUpperCase()}`];
    return value === undefined
      ? all
      : merge(
          all,
          path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value),
        );
  }, settings);
}

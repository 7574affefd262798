import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

import { parse, stringify } from "yaml";

import { CommandError } from "./commandError";

/** A value as Pulumi keeps it in a stack's file: plain, or encrypted. */
export type ConfigValue = string | { readonly secure: string };

/** A Pulumi stack file, with keys without the project's prefix. */
export interface ConfigFile {
  /** Salt and check value of the passphrase; Pulumi writes it. */
  readonly encryptionsalt?: string;
  readonly config: Readonly<Record<string, ConfigValue>>;
}

const prefix = "apexmcp:";

/** Reads a stack file; a file that isn't there is an empty one. */
export function readConfigFile(path: string): ConfigFile {
  if (!existsSync(path)) return { config: {} };
  const broken = (what: string) =>
    new CommandError(`${path}: ${what}`, `correct it, or put it back: git restore`);
  let yaml: { encryptionsalt?: string; config?: Record<string, unknown> } | null;
  try {
    yaml = parse(readFileSync(path, "utf8")) as typeof yaml;
  } catch (error) {
    throw broken(`not YAML (${(error as Error).message.split("\n")[0]})`);
  }
  const config: Record<string, ConfigValue> = {};
  for (const [key, value] of Object.entries(yaml?.config ?? {})) {
    if (!isConfigValue(value)) throw broken(`${key} is neither a plain value nor an encrypted one`);
    config[key.startsWith(prefix) ? key.slice(prefix.length) : key] =
      typeof value === "object" ? value : String(value);
  }
  return { ...(yaml?.encryptionsalt ? { encryptionsalt: yaml.encryptionsalt } : {}), config };
}

/** Writes a stack file, 0600, in one step, and only when that changes it. */
export function writeConfigFile(path: string, { encryptionsalt, config }: ConfigFile): void {
  const entries = Object.entries(config).sort(([a], [b]) => a.localeCompare(b));
  const text = stringify(
    {
      ...(encryptionsalt ? { encryptionsalt } : {}),
      config: Object.fromEntries(entries.map(([key, value]) => [`${prefix}${key}`, value])),
    },
    { lineWidth: 0 },
  );
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function isConfigValue(value: unknown): value is string | number | boolean | { secure: string } {
  if (typeof value === "object") return typeof (value as { secure?: unknown } | null)?.secure === "string";
  return ["string", "number", "boolean"].includes(typeof value);
}

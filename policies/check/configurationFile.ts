import {
  configurationSchema,
  isFinding,
  presets,
  type Configuration,
  type PresetName,
} from "../configuration";
import { UnreadableError } from "./declarations";
import { readText } from "./readText";

/** A preset, a configuration file's settings on top of it, or nothing. Throws {@link UnreadableError}. */
export function readConfiguration(file: string | undefined, preset: string | undefined): Configuration {
  const start = preset === undefined ? {} : presetOf(preset);
  return file === undefined ? start : { ...start, ...readConfigurationFile(file) };
}

function presetOf(name: string): Configuration {
  const known = presets();
  if (name in known) return known[name as PresetName];
  throw new UnreadableError(`no preset is named ${name}; there are ${Object.keys(known).join(", ")}`);
}

/** Reads a file in the form of `--policy-pack-config`. Throws {@link UnreadableError} on anything its schema doesn't allow. */
export function readConfigurationFile(file: string): Configuration {
  let json: unknown;
  try {
    json = JSON.parse(readText(file));
  } catch (error) {
    throw error instanceof UnreadableError ? error : new UnreadableError("not valid JSON");
  }
  for (const key of typeof json === "object" && json !== null ? Object.keys(json) : []) {
    if (key !== "all" && key !== "$schema" && !isFinding(key)) {
      throw new UnreadableError(`${key} is no finding: docs/findings.md lists them`);
    }
  }
  const problem = schemaProblem(json);
  if (problem) throw new UnreadableError(problem);
  return json as Configuration;
}

/** Loaded when there is a configuration only: it takes as long as all the rest. */
function schemaProblem(json: unknown): string | undefined {
  /* eslint-disable @typescript-eslint/no-require-imports */
  const { z } = require("zod") as typeof import("zod");
  /* eslint-enable @typescript-eslint/no-require-imports */
  const result = z.fromJSONSchema(configurationSchema() as never).safeParse(json);
  if (result.success) return undefined;
  const { path, message } = result.error.issues[0]!;
  return `${path.join(".")}: ${message}`;
}

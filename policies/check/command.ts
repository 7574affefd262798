import { parseArgs } from "node:util";

import type { Configuration } from "../configuration";
import type { Severity } from "../findings";
import { writeBaseline, withoutBaseline } from "./baseline";
import { checkFiles, type Result } from "./checkFiles";
import { readConfiguration, readConfigurationFile } from "./configurationFile";
import { UnreadableError } from "./declarations";
import { withLockedExemptions } from "./lock";
import { readFile } from "./readFile";
import { jsonReport } from "./reports/json";
import { junitReport } from "./reports/junit";
import { markdownReport } from "./reports/markdown";
import { sarifReport } from "./reports/sarif";
import { textReport } from "./reports/text";
import { zizmorFindings } from "./zizmor";

const usage = `usage: hardening-policies check [options] FILE...

Checks Pulumi state exports (pulumi stack export), previews (pulumi preview --json), docker-compose files, GitHub
workflows and nginx' configurations with the policies of this pack. Compose variables are filled in from the environment and .env.

  --format FORMAT        text (default), json, sarif, junit or markdown
  --fail-on SEVERITY     exit with 1 at violations of this severity or above: low (default), medium, high, critical, never
  --config FILE          levels, parameters and exemptions, as pulumi's --policy-pack-config takes them
  --preset NAME          article, cis-docker or strict: what the configuration starts from
  --locked-exemptions FILE
                         the reviewed configuration, as on the protected branch: exemptions that aren't in it exempt nothing
  --baseline FILE        don't report the violations that FILE holds
  --write-baseline FILE  accept today's violations: write them to FILE
  --help

Exit codes: 0 no violations, 1 violations, 2 something couldn't be read, and so wasn't checked.
`;

const formats = {
  text: textReport,
  json: jsonReport,
  sarif: sarifReport,
  junit: junitReport,
  markdown: markdownReport,
};
const severities: readonly (Severity | "never")[] = ["low", "medium", "high", "critical", "never"];

/** Runs the command. Returns what it prints, and its exit code. */
export function command(
  args: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): { output: string; code: 0 | 1 | 2 } {
  try {
    return checked(args, variables);
  } catch (error) {
    if (error instanceof UsageError) return { output: `${error.message}\n\n${usage}`, code: 2 };
    // Node.js would end with 1, which says violations. Its message may quote what was read.
    const { name, stack = "" } = error as Error;
    return {
      output: [
        `${name} in hardening-policies, which is a fault of it`,
        ...stack.split("\n").filter((line) => line.startsWith("    at ")),
      ].join("\n"),
      code: 2,
    };
  }
}

class UsageError extends Error {}

function checked(args: readonly string[], variables: Readonly<Record<string, string | undefined>>) {
  const { options, files } = optionsAndFiles(args);
  if (options.help) return { output: usage, code: 0 as const };
  const configuration = configured(options);
  const declarations = files.map((file) => readFile(file, variables));
  let result = checkFiles(declarations, configuration, options.config);
  if (configuration.all !== "disabled") result = joined(result, declarations.map(zizmorFindings));
  if (options["write-baseline"]) writeBaseline(options["write-baseline"], result);
  const baseline = options.baseline ?? options["write-baseline"];
  if (baseline !== undefined) result = named(baseline, () => withoutBaseline(baseline, result));
  const output = formats[options.format as keyof typeof formats](result);
  return { output, code: exitCode(result, options["fail-on"] as Severity | "never") };
}

function optionsAndFiles(args: readonly string[]) {
  let parsed: Parsed;
  try {
    parsed = parse([...args]);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { values, positionals } = parsed;
  const [verb, ...files] = positionals;
  if (!values.help) {
    if (verb !== "check")
      throw new UsageError(verb === undefined ? "what to do?" : `unknown command ${verb}`);
    if (files.length === 0) throw new UsageError("no file to check");
  }
  if (!(values.format in formats)) throw new UsageError(`unknown format ${values.format}`);
  if (!severities.includes(values["fail-on"] as Severity))
    throw new UsageError(`unknown severity ${values["fail-on"]}`);
  return { options: values, files };
}

const optionTypes = {
  format: { type: "string", default: "text" },
  "fail-on": { type: "string", default: "low" },
  config: { type: "string" },
  preset: { type: "string" },
  "locked-exemptions": { type: "string" },
  baseline: { type: "string" },
  "write-baseline": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;
const parse = (args: string[]) => parseArgs({ args, allowPositionals: true, options: optionTypes });
type Parsed = ReturnType<typeof parse>;
type Options = Parsed["values"];

function configured({ config, preset, "locked-exemptions": locked }: Options): Configuration {
  const configuration = named(config ?? "configuration", () => readConfiguration(config, preset));
  if (locked === undefined) return configuration;
  return withLockedExemptions(
    configuration,
    named(locked, () => readConfigurationFile(locked)),
  );
}

/** A file of options that can't be read leaves nothing to check with. */
function named<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof UnreadableError ? new UsageError(`${file}: ${error.message}`) : error;
  }
}

function joined(result: Result, others: readonly Pick<Result, "violations" | "errors">[]): Result {
  return {
    ...result,
    violations: [...result.violations, ...others.flatMap(({ violations }) => violations)],
    errors: [...result.errors, ...others.flatMap(({ errors }) => errors)],
  };
}

function exitCode({ violations, errors }: Result, failOn: Severity | "never"): 0 | 1 | 2 {
  if (errors.length > 0) return 2;
  const counted = violations.filter(
    ({ level, severity }) =>
      level === "mandatory" && severities.indexOf(severity) >= severities.indexOf(failOn),
  );
  return counted.length > 0 ? 1 : 0;
}

import { stripVTControlCharacters } from "node:util";

/** What one runner counted. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** What failed, each with the first lines of its error. */
  readonly failures: readonly string[];
  /** Full names; a skipped test says its reason in its name. */
  readonly skipped: readonly string[];
}

/** The part of Jest's `--json` that is read here. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly name: string;
    /** Of a file that couldn't run. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/**
 * Counts a Jest run. A file that couldn't run at all is one failure, and so is a run that failed without saying
 * where, or without a report.
 */
export function summarise(report: JestReport | undefined, exitCode: number | undefined): Counts {
  if (!report) return { passed: 0, failed: 1, failures: ["no report was written"], skipped: [] };
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((it) => it.status === "failed"),
  );
  const failures = [
    ...brokenFiles.map(({ name, message }) => described(name, message)),
    ...tests
      .filter(({ status }) => status === "failed")
      .map(({ fullName, failureMessages }) => described(fullName, failureMessages.join("\n"))),
  ];
  const failed = report.numFailedTests + brokenFiles.length;
  const skipped = tests
    .filter(({ status }) => status !== "passed" && status !== "failed")
    .map(({ fullName }) => fullName);
  if (failed === 0 && exitCode !== 0)
    return { passed: report.numPassedTests, failed: 1, failures: [`Jest ended with ${exitCode}`], skipped };
  return { passed: report.numPassedTests, failed, failures, skipped };
}

const errorLines = 12;

function described(name: string, error: string): string {
  const lines = stripVTControlCharacters(error).split("\n").slice(0, errorLines);
  return [name, ...lines.map((line) => `  ${line}`)].join("\n");
}

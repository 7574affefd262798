/** What one runner counted. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Full names; a skipped test says its reason in its name. */
  readonly skipped: readonly string[];
}

/** The part of Jest's `--json` that is read here. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/**
 * Counts a Jest run. A file that couldn't run at all is one failure, and so is a run that failed without saying
 * where, or without a report.
 */
export function summarise(report: JestReport | undefined, exitCode: number | undefined): Counts {
  if (!report) return { passed: 0, failed: 1, skipped: [] };
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((it) => it.status === "failed"),
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  const skipped = report.testResults.flatMap(({ assertionResults }) =>
    assertionResults
      .filter(({ status }) => status !== "passed" && status !== "failed")
      .map(({ fullName }) => fullName),
  );
  return { passed: report.numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped };
}

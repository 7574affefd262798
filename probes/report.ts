import Table from "cli-table3";

import type { ProbeResult } from "./run";

const mark = { pass: "pass", fail: "FAIL", error: "ERROR", notApplicable: "n/a" } as const;

/** The results as a table, and below it what to do about each failure. */
export function reportTable(results: readonly ProbeResult[]): string {
  const table = new Table({
    head: ["finding", "outcome", "observed"],
    colWidths: [46, 9, 70],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  table.push(...results.map(({ finding, outcome, observed }) => [finding, mark[outcome], observed]));
  const wrong = results.filter(({ outcome }) => outcome === "fail" || outcome === "error");
  return [
    table.toString(),
    ...wrong.map(({ finding, title, outcome, remediation }) =>
      outcome === "fail"
        ? `${finding}: ${title}. ${remediation}`
        : `${finding}: could not be probed; see observed`,
    ),
    reportSummary(results),
  ].join("\n");
}

/** One line: how many of each outcome. */
export function reportSummary(results: readonly ProbeResult[]): string {
  const count = (outcome: ProbeResult["outcome"]) => results.filter((it) => it.outcome === outcome).length;
  const parts = [
    `${count("pass")} passed`,
    `${count("fail")} failed`,
    `${count("error")} errors`,
    `${count("notApplicable")} not applicable`,
  ];
  return `${results.length} probes: ${parts.join(", ")}`;
}

/** The results for programs. */
export function reportJson(results: readonly ProbeResult[]): string {
  return JSON.stringify({ probes: results }, null, 2);
}

import { relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import type { Location, Log, ReportingDescriptor, Result as SarifResult } from "sarif";

import { findings, type Finding, type Severity } from "../../findings";
import { isFinding } from "../../configuration";
import type { Result, Violation } from "../checkFiles";

const levels: Record<Severity, "error" | "warning" | "note"> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
};
/** How GitHub sorts security alerts. */
const scores: Record<Severity, string> = { critical: "9.5", high: "8.0", medium: "5.5", low: "3.0" };

/** SARIF 2.1.0, as GitHub code scanning takes it. What is exempted is suppressed; what can't be read, a notification. */
export function sarifReport({ violations, exempted, errors }: Result): string {
  const rules = [...new Set([...violations, ...exempted].map(({ finding }) => finding))].sort();
  const results: SarifResult[] = [
    ...violations.map((violation) => result(violation, rules)),
    ...exempted.map((each) => ({
      ...result(each, rules),
      suppressions: [{ kind: "external" as const, status: "accepted" as const, justification: each.reason }],
    })),
  ];
  const notifications = errors.map(({ file, line, message }) => ({
    level: "error" as const,
    message: { text: message },
    locations: [location(file, line)],
  }));
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "hardening-policies", rules: rules.map(rule) } },
        invocations: [
          { executionSuccessful: errors.length === 0, toolExecutionNotifications: notifications },
        ],
        results,
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function rule(id: string): ReportingDescriptor {
  if (!isFinding(id)) return { id };
  const { title, severity, remediation, frameworks }: Finding = findings[id];
  return {
    id,
    shortDescription: { text: title },
    help: { text: remediation },
    defaultConfiguration: { level: levels[severity] },
    properties: { "security-severity": scores[severity], tags: ["security", ...Object.keys(frameworks)] },
  };
}

function result(
  { finding, severity, resource, observed, required, file, line }: Violation,
  rules: string[],
): SarifResult {
  return {
    ruleId: finding,
    ruleIndex: rules.indexOf(finding),
    level: levels[severity],
    message: { text: `${resource}: ${observed}; required: ${required}.` },
    locations: [location(file, line)],
  };
}

/** Code scanning wants paths relative to the repository's root, where it is run. */
function location(file: string, line = 1): Location {
  const inside = relative(process.cwd(), resolve(file));
  const uri = inside.startsWith("..")
    ? pathToFileURL(file).href
    : inside.split(/[\\/]/).map(encodeURIComponent).join("/");
  return { physicalLocation: { artifactLocation: { uri }, region: { startLine: line } } };
}

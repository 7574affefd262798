import type { Result, Violation } from "../checkFiles";

/** For people: what is wrong and where, what is exempted and why, and a summary. */
export function textReport({ violations, exempted, errors }: Result): string {
  return [
    ...errors.map(({ file, line, message }) => `${at(file, line)}: error: ${message}`),
    ...exempted.map(
      (each) =>
        `${at(each.file, each.line)}: exempted until ${each.expires} by ${each.owner} (${each.reason}): ${summary(each)}`,
    ),
    ...violations.map(
      (each) => `${at(each.file, each.line)}: ${each.severity}: ${summary(each)}\n  ${each.fix}`,
    ),
    `${violations.length} violations, ${exempted.length} exempted, ${errors.length} errors`,
    "",
  ].join("\n");
}

const at = (file: string, line?: number) => (line === undefined ? file : `${file}:${line}`);
const summary = ({ resource, observed, required, finding }: Violation) =>
  `${resource}: ${observed}; required: ${required} [${finding}]`;

import type { Result, Violation } from "../checkFiles";

/** For a pull request's comment: a table each of violations, exemptions and errors. */
export function markdownReport({ violations, exempted, errors }: Result): string {
  const where = ({ file, line }: { file: string; line?: number }) =>
    `${file}${line === undefined ? "" : `:${line}`}`;
  const what = ({ resource, observed, required }: Violation) =>
    `${resource}: ${observed}; required: ${required}`;
  return [
    `**${violations.length} violations, ${exempted.length} exempted, ${errors.length} errors**`,
    table(
      ["severity", "finding", "where", "what", "fix"],
      violations.map((each) => [each.severity, `\`${each.finding}\``, where(each), what(each), each.fix]),
    ),
    table(
      ["exempted until", "by", "why", "finding", "where", "what"],
      exempted.map((each) => [
        each.expires,
        each.owner,
        each.reason,
        `\`${each.finding}\``,
        where(each),
        what(each),
      ]),
    ),
    table(
      ["error", "where"],
      errors.map((each) => [each.message, where(each)]),
    ),
  ]
    .filter(Boolean)
    .join("\n");
}

function table(header: string[], rows: string[][]): string {
  if (rows.length === 0) return "";
  const line = (cells: string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return ["", line(header), line(header.map(() => "---")), ...rows.map(line), ""].join("\n");
}

/** Neither table, HTML, link nor picture: what is reported may come from whom the report is about. */
const cell = (text: string) =>
  text.replace(/[\\|<>[\]!]/g, (character) => `\\${character}`).replace(/\n/g, " ");

import type { Result } from "../checkFiles";

/** For a CI's test view: one failed test a violation, one skipped an exemption, one broken a file that can't be read. */
export function junitReport({ violations, exempted, errors }: Result): string {
  const cases = [
    ...violations.map(({ finding, file, line, resource, observed, required, fix }) =>
      testCase(
        finding,
        file,
        line,
        `${resource}: ${observed}`,
        `<failure message="${xml(`${resource}: ${observed}; required: ${required}`)}">${xml(fix)}</failure>`,
      ),
    ),
    ...exempted.map(({ finding, file, line, resource, observed, reason }) =>
      testCase(finding, file, line, `${resource}: ${observed}`, `<skipped message="${xml(reason)}"/>`),
    ),
    ...errors.map(({ file, line, message }) =>
      testCase("read", file, line, file, `<error message="${xml(message)}"/>`),
    ),
  ];
  const counts = `tests="${cases.length}" failures="${violations.length}" errors="${errors.length}" skipped="${exempted.length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="hardening-policies" ${counts}>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(
  finding: string,
  file: string,
  line: number | undefined,
  name: string,
  outcome: string,
): string {
  const where = `file="${xml(file)}"${line === undefined ? "" : ` line="${line}"`}`;
  return `    <testcase classname="${finding}" name="${xml(name)}" ${where}>${outcome}</testcase>`;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const xml = (text: string) =>
  text.replace(/[&<>"]/g, (character) => entities[character]!).replace(/\n/g, "&#10;");

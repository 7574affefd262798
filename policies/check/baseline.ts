import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";

import type { Result, Violation } from "./checkFiles";
import { UnreadableError } from "./declarations";
import { readText } from "./readText";

/** What one violation is known by, wherever its line moves. A hash, since nobody reads it. */
function fingerprint({ finding, resource, file, observed }: Violation): string {
  return createHash("sha256")
    .update(JSON.stringify([finding, resource, file, observed]))
    .digest("hex");
}

/** Accepts today's violations: writes down what they are known by. */
export function writeBaseline(path: string, { violations }: Result): void {
  const known = violations.map((violation) => ({
    finding: violation.finding,
    resource: violation.resource,
    file: violation.file,
    fingerprint: fingerprint(violation),
  }));
  writeFileSync(path, `${JSON.stringify({ version: 1, violations: known }, null, 2)}\n`);
}

/** The result without the violations that the baseline holds. Throws {@link UnreadableError}. */
export function withoutBaseline(path: string, result: Result): Result {
  const known = new Set(fingerprintsIn(path));
  return {
    ...result,
    violations: result.violations.filter((violation) => !known.has(fingerprint(violation))),
  };
}

function fingerprintsIn(path: string): string[] {
  const text = readText(path);
  try {
    const { version, violations } = JSON.parse(text) as {
      version: number;
      violations: { fingerprint: string }[];
    };
    if (version === 1) return violations.map((each) => each.fingerprint);
  } catch {
    // said below
  }
  throw new UnreadableError("is no baseline: write one with --write-baseline");
}

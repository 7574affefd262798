/** Writes docs/findings.md from the catalogue: `node -r ts-node/register policies/findingsTable.ts`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { findingIds, findings, type Finding, type Place } from "./findings";

/** The findings as a page of Markdown: what each says, and where it is met. Links are relative to `docs/`. */
export function findingsPage(): string {
  const rows = findingIds.map((id) => {
    const { title, severity, frameworks, places }: Finding = findings[id];
    const references = [
      frameworks.article === undefined ? [] : [`article ${frameworks.article}`],
      frameworks.cisDocker === undefined ? [] : [`CIS Docker ${frameworks.cisDocker}`],
      frameworks.owasp === undefined ? [] : [`OWASP ${frameworks.owasp}`],
    ].flat();
    const met = [places.component, places.policy, places.probe, places.test].map(link);
    return [`\`${id}\``, title, severity, references.join("; "), ...met];
  });
  const header = ["Finding", "What", "Severity", "References", "Component", "Policy", "Probe", "Test"];
  return [
    "<!-- Generated from policies/findings.ts by policies/findingsTable.ts: change the catalogue, not this page. -->",
    "",
    "# Findings",
    "",
    "Every claim under one id. The component makes the insecure variant impossible to write, the policy refuses it in any",
    "Pulumi program, the probe proves it on the live stack, and the test breaks it and expects exactly this finding. A dash",
    "has its reason in the [catalogue](../policies/findings.ts).",
    "",
    row(header),
    row(header.map(() => "---")),
    ...rows.map(row),
    "",
  ].join("\n");
}

const row = (cells: string[]) => `| ${cells.join(" | ")} |`;

function link(place: Place): string {
  return typeof place === "string" ? `[${place.split("/").at(-1)!.replace(".ts", "")}](../${place})` : "–";
}

if (require.main === module) writeFileSync(join(__dirname, "../docs/findings.md"), findingsPage());

/**
 * Writes what is generated from the catalogue, the policies and their tests: docs/findings.md, docs/coverage.md, a page
 * a finding, the configuration's schema and the presets. `node -r ts-node/register policies/findingsTable.ts`.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { configurationSchema, presets } from "./configuration";
import { coveragePage } from "./coveragePage";
import { findingPage } from "./findingPage";
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
    return [`[\`${id}\`](findings/${id}.md)`, title, severity, references.join("; "), ...met];
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

/** Every generated file, by its path. */
export function generatedFiles(): Record<string, string> {
  const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  return {
    "docs/findings.md": findingsPage(),
    "docs/coverage.md": coveragePage(),
    ...Object.fromEntries(findingIds.map((id) => [`docs/findings/${id}.md`, findingPage(id)])),
    "policies/config.schema.json": json(configurationSchema()),
    ...Object.fromEntries(
      Object.entries(presets()).map(([name, preset]) => [`policies/presets/${name}.json`, json(preset)]),
    ),
  };
}

/** Writes every generated file, and drops the pages of findings that are gone. */
export function writeGeneratedFiles(): void {
  const root = join(__dirname, "..");
  for (const folder of ["docs/findings", "policies/presets"]) {
    rmSync(join(root, folder), { recursive: true, force: true });
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const [path, text] of Object.entries(generatedFiles())) writeFileSync(join(root, path), text);
}

if (require.main === module) writeGeneratedFiles();

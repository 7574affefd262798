/**
 * Writes docs/comparison.md: what other scanners say on the same bad and good files.
 * `CHECKOV=… KICS=… KICS_QUERIES=… node -r ts-node/register bench/scanners/compare.ts`, with the programs that are there.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { kicsCompose } from "../../policies/catalogue/coverage";
import { command } from "../../policies/check/command";
import { findingIds, findings, type Finding, type FindingId } from "../../policies/findings";
import { checkovOnTerraform, kicsOnWorkflows, semgrep, trivy } from "./documented";
import { good, inputs } from "./inputs";

/** Rules by the folder of the file that they complain about. */
type Said = ReadonlyMap<string, ReadonlySet<string>>;

const scratch = mkdtempSync(join(tmpdir(), "apexmcp-scanners-"));
const goodFolder = "good";

function write(folder: string, path: string, text: string): void {
  const file = join(scratch, folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Ours, which has to find exactly the one thing in each bad file, and nothing in the good ones. */
function checkOurs(): void {
  const say = (folder: string, path: string) => {
    const { output } = command(["check", "--format", "json", join(scratch, folder, path)], {});
    const { violations, errors } = JSON.parse(output) as {
      violations: { finding: string }[];
      errors: { message: string }[];
    };
    return [...violations.map(({ finding }) => finding), ...errors.map(({ message }) => message)];
  };
  for (const path of Object.keys(good)) {
    const said = say(goodFolder, path);
    if (said.length > 0) throw new Error(`the good ${path}: ${said.join(", ")}`);
  }
  for (const [id, { path }] of Object.entries(inputs)) {
    const said = new Set(say(id, path));
    if (!said.has(id)) throw new Error(`ours doesn't find ${id}: ${[...said].join(", ")}`);
  }
}

function run(program: string, args: string[]): string {
  const { error, stdout } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  if (error) throw error;
  return stdout;
}

function gathered(reports: Iterable<readonly [file: string, rule: string]>): Said {
  const said = new Map<string, Set<string>>();
  for (const [file, rule] of reports) {
    const folder = file.split("/").find((part) => part === goodFolder || part in inputs);
    if (folder === undefined) continue;
    if (!said.has(folder)) said.set(folder, new Set());
    said.get(folder)!.add(rule);
  }
  return said;
}

interface CheckovReport {
  readonly results?: { readonly failed_checks: readonly { check_id: string; file_path: string }[] };
}

function checkov(): Said | undefined {
  const program = process.env.CHECKOV;
  if (!program) return undefined;
  const output = run(program, ["-d", scratch, "--output", "json", "--quiet", "--compact"]);
  const parsed = JSON.parse(output) as CheckovReport | CheckovReport[];
  const reports = Array.isArray(parsed) ? parsed : [parsed];
  return gathered(
    reports.flatMap(({ results }) =>
      (results?.failed_checks ?? []).map((check) => [check.file_path, check.check_id] as const),
    ),
  );
}

function kics(): Said | undefined {
  const { KICS: program, KICS_QUERIES: queries } = process.env;
  if (!program || !queries) return undefined;
  run(program, ["scan", "-p", scratch, "-q", queries, "-o", scratch, "--report-formats", "json", "--ci"]);
  const report = JSON.parse(readFileSync(join(scratch, "results.json"), "utf8")) as {
    queries: { query_name: string; files: { file_name: string }[] }[];
  };
  return gathered(
    report.queries.flatMap(({ query_name: name, files }) =>
      files.map((file) => [file.file_name, name] as const),
    ),
  );
}

/** KICS' queries that it documents for a finding. */
function documentedByKics(id: FindingId): string {
  const queries = Object.entries(kicsCompose).filter(([, met]) => met.includes(id));
  return queries.map(([query]) => query).join(", ") || (kicsOnWorkflows[id] ?? "–");
}

/** What a scanner says of the bad file and not of the good one; or what it documents, where it isn't there to run. */
function cell(said: Said | undefined, id: FindingId, documented?: (id: FindingId) => string): string {
  if (said === undefined) return documented?.(id) ?? "not run";
  const usual = said.get(goodFolder) ?? new Set();
  const rules = [...(said.get(id) ?? [])].filter((rule) => !usual.has(rule)).sort();
  return rules.length > 0 ? rules.join(", ") : "–";
}

function dockerBench(id: FindingId): string {
  const items = ((findings[id] as Finding).frameworks.cisDocker ?? "").split(", ");
  return items.filter((item) => item.startsWith("5.")).join(", ") || "–";
}

function page(ofCheckov: Said | undefined, ofKics: Said | undefined): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const tested = findingIds.filter((id) => id in inputs);
  const others = findingIds.filter((id) => !(id in inputs) && typeof findings[id].places.policy === "string");
  const count = (found: (id: FindingId) => string) =>
    tested.filter((id) => !/^(–|not run)$/.test(found(id))).length;
  const alarms = (said: Said | undefined) =>
    said === undefined ? "not run" : [...(said.get(goodFolder) ?? [])].sort().join(", ") || "nothing";
  const ran = [ofCheckov ? "Checkov" : [], ofKics ? "KICS" : []].flat().join(", ");
  const name = (id: string) => `[\`${id}\`](findings/${id}.md)`;
  return [
    "<!-- Generated by bench/scanners/compare.ts, with the scanners that are there: change that, not this page. -->",
    "",
    "# Beside other scanners",
    "",
    "Each finding as one thing wrong in a compose file or a workflow, and what scanners say of that file and not of the",
    `good one. A dash is silence. Run here: ${ran || "none"}. The other columns are what those scanners document: KICS`,
    "and Trivy are published as images and archives that can't be had on every machine, semgrep comes without its rules,",
    "Trivy reads neither kind of file, and docker-bench asks a machine's running containers.",
    "",
    row(["Finding", "here", "Checkov", "KICS", "semgrep's registry", "Trivy", "docker-bench"]),
    row(Array.from({ length: 7 }, () => "---")),
    ...tested.map((id) =>
      row([
        name(id),
        "yes",
        cell(ofCheckov, id),
        cell(ofKics, id, documentedByKics),
        semgrep[id] ?? "–",
        trivy[id] ?? "–",
        dockerBench(id),
      ]),
    ),
    row([
      `of ${tested.length}`,
      String(tested.length),
      String(count((id) => cell(ofCheckov, id))),
      String(count((id) => cell(ofKics, id, documentedByKics))),
      String(count((id) => semgrep[id] ?? "–")),
      String(count((id) => trivy[id] ?? "–")),
      String(count(dockerBench)),
    ]),
    "",
    `On the good files: here nothing; Checkov ${alarms(ofCheckov)}; KICS ${alarms(ofKics)}.`,
    "",
    "## On resources of Pulumi alone",
    "",
    "No scanner reads a program; KICS reads Pulumi's YAML, with rules on AWS, Azure, GCP and Kubernetes alone. What the",
    "others document on the same resources of Terraform:",
    "",
    row(["Finding", "Checkov", "Trivy"]),
    row(["---", "---", "---"]),
    ...others.map((id) => row([name(id), checkovOnTerraform[id] ?? "–", trivy[id] ?? "–"])),
    "",
  ].join("\n");
}

try {
  for (const [path, text] of Object.entries(good)) write(goodFolder, path, text);
  for (const [id, { path, bad }] of Object.entries(inputs)) {
    if (bad === good[path as keyof typeof good]) throw new Error(`${id}: nothing is wrong with its bad file`);
    write(id, path, bad);
  }
  checkOurs();
  writeFileSync(join(__dirname, "../../docs/comparison.md"), page(checkov(), kics()));
} finally {
  rmSync(scratch, { recursive: true });
}

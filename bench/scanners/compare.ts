/**
 * Writes docs/comparison.md: what other scanners say on the same bad and good files. It installs them at pinned versions;
 * to build KICS and Trivy takes two cores 20 minutes: `node -r ts-node/register bench/scanners/compare.ts`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { command } from "../../policies/check/command";
import { fromGo, fromPyPi, moduleFolder } from "../../commands/scanners";
import { findingIds, findings, type Finding, type FindingId } from "../../policies/findings";
import { checkovOnTerraform, semgrep, trivyOnTerraform } from "./documented";
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

async function checkov(): Promise<Said> {
  const program = await fromPyPi("checkov", "3.3.30");
  const output = run(program, ["-d", scratch, "--output", "json", "--quiet", "--compact"]);
  const parsed = JSON.parse(output) as CheckovReport | CheckovReport[];
  const reports = Array.isArray(parsed) ? parsed : [parsed];
  return gathered(
    reports.flatMap(({ results }) =>
      (results?.failed_checks ?? []).map((check) => [check.file_path, check.check_id] as const),
    ),
  );
}

async function kics(): Promise<Said> {
  const module = { module: "github.com/Checkmarx/kics/v2", version: "v2.2.0", package: "./cmd/console" };
  const program = await fromGo("kics", module);
  const assets = join(await moduleFolder(module), "assets");
  const rules = ["-q", join(assets, "queries"), "-b", join(assets, "libraries"), "-t", "DockerCompose,CICD"];
  run(program, ["scan", "-p", scratch, ...rules, "-o", scratch, "--report-formats", "json", "--ci"]);
  const report = JSON.parse(readFileSync(join(scratch, "results.json"), "utf8")) as {
    queries: { query_name: string; files: { file_name: string }[] }[];
  };
  return gathered(
    report.queries.flatMap(({ query_name: name, files }) =>
      files.map((file) => [file.file_name, name] as const),
    ),
  );
}

interface TrivyResult {
  readonly Target: string;
  readonly Misconfigurations?: readonly { readonly ID: string }[];
  readonly Secrets?: readonly { readonly RuleID: string }[];
}

/** Its misconfigurations, by the checks inside of it, and its secrets. */
async function trivy(): Promise<Said> {
  const module = "github.com/aquasecurity/trivy";
  const version = "v0.61.1-0.20250407075540-f1329c7ea1aa";
  const program = await fromGo("trivy", { module, version, package: "./cmd/trivy" });
  const offline = ["--cache-dir", join(scratch, ".trivy"), "--offline-scan", "--skip-check-update"];
  const output = run(program, [
    "fs",
    "-q",
    ...offline,
    "--scanners=misconfig,secret",
    "--format=json",
    scratch,
  ]);
  const { Results: results = [] } = JSON.parse(output) as { Results?: TrivyResult[] };
  return gathered(
    results.flatMap(({ Target: file, Misconfigurations: wrong = [], Secrets: secrets = [] }) => [
      ...wrong.map(({ ID: id }) => [file, id] as const),
      ...secrets.map(({ RuleID: id }) => [file, id] as const),
    ]),
  );
}

/** What a scanner says of the bad file and not of the good one. */
function cell(said: Said, id: FindingId): string {
  const usual = said.get(goodFolder) ?? new Set();
  const rules = [...(said.get(id) ?? [])].filter((rule) => !usual.has(rule)).sort();
  return rules.length > 0 ? rules.join(", ") : "–";
}

function dockerBench(id: FindingId): string {
  const items = ((findings[id] as Finding).frameworks.cisDocker ?? "").split(", ");
  return items.filter((item) => item.startsWith("5.")).join(", ") || "–";
}

function page(ran: Readonly<Record<"checkov" | "kics" | "trivy", Said>>): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const tested = findingIds.filter((id) => id in inputs);
  const others = findingIds.filter((id) => !(id in inputs) && typeof findings[id].places.policy === "string");
  const columns: ((id: FindingId) => string)[] = [
    () => "yes",
    (id) => cell(ran.checkov, id),
    (id) => cell(ran.kics, id),
    (id) => cell(ran.trivy, id),
    (id) => semgrep[id] ?? "–",
    dockerBench,
  ];
  const alarms = (said: Said) => [...(said.get(goodFolder) ?? [])].sort().join(", ") || "nothing";
  const name = (id: string) => `[\`${id}\`](findings/${id}.md)`;
  return [
    "<!-- Generated by bench/scanners/compare.ts: change that, not this page. -->",
    "",
    "# Beside other scanners",
    "",
    "Each finding as one thing wrong in a compose file or a workflow, and what scanners say of that file and not of the",
    "good one. A dash is silence. Checkov 3.3.30, KICS 2.2.0 and Trivy 0.61 were run on the files, the latter two built from",
    "their Go modules. semgrep can be installed, but its registry of rules can't be reached from everywhere, and docker-bench",
    "asks a machine's running containers: these two columns are what they document.",
    "",
    row(["Finding", "here", "Checkov", "KICS", "Trivy", "semgrep's registry", "docker-bench"]),
    row(Array.from({ length: 7 }, () => "---")),
    ...tested.map((id) => row([name(id), ...columns.map((column) => column(id))])),
    row([
      `of ${tested.length}`,
      ...columns.map((column) => String(tested.filter((id) => column(id) !== "–").length)),
    ]),
    "",
    `On the good files: here nothing; Checkov ${alarms(ran.checkov)}; KICS ${alarms(ran.kics)}; Trivy ${alarms(ran.trivy)}.`,
    "",
    "## On resources of Pulumi alone",
    "",
    "No scanner reads a program; KICS reads Pulumi's YAML, with rules on AWS, Azure, GCP and Kubernetes alone. What the",
    "others document on the same resources of Terraform:",
    "",
    row(["Finding", "Checkov", "Trivy"]),
    row(["---", "---", "---"]),
    ...others.map((id) => row([name(id), checkovOnTerraform[id] ?? "–", trivyOnTerraform[id] ?? "–"])),
    "",
  ].join("\n");
}

async function main(): Promise<void> {
  for (const [path, text] of Object.entries(good)) write(goodFolder, path, text);
  for (const [id, { path, bad }] of Object.entries(inputs)) {
    if (bad === good[path as keyof typeof good]) throw new Error(`${id}: nothing is wrong with its bad file`);
    write(id, path, bad);
  }
  checkOurs();
  const ran = { checkov: await checkov(), kics: await kics(), trivy: await trivy() };
  writeFileSync(join(__dirname, "../../docs/comparison.md"), page(ran));
}

process.on("exit", () => rmSync(scratch, { recursive: true }));
void main();

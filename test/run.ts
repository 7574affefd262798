import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import { root } from "../commands/state";
import { belongsToRun, removeTestStacks } from "./support/testStacks";
import { summarise, type Counts, type JestReport } from "./support/testCounts";

/** Checks without test cases of their own; each counts as one. */
const checks = [
  { name: "type check", command: ["npm", "run", "--silent", "typecheck"] },
  { name: "lint", command: ["npm", "run", "--silent", "lint"] },
] as const;

const projects = ["unit", "integration"] as const;

/**
 * Runs everything, and prints as its last line how many passed and failed over all runners.
 *
 * @param patterns parts of paths; given, only the tests in such files run
 */
async function main(patterns: readonly string[]): Promise<number> {
  const run = randomBytes(3).toString("hex");
  const removeOwn = () => removeTestStacks((name) => belongsToRun(name, run));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void removeOwn().finally(() => process.exit(1)));
  }
  const scratch = mkdtempSync(join(tmpdir(), "apexmcp-test-report-"));
  const counts: Counts[] = [];
  try {
    counts.push(...(await Promise.all(checks.map(check))));
    for (const project of projects)
      counts.push(await jest(project, patterns, run, join(scratch, `${project}.json`)));
  } finally {
    rmSync(scratch, { recursive: true });
    await removeOwn();
  }
  return report(counts);
}

async function check({ name, command }: (typeof checks)[number]): Promise<Counts> {
  const [file, ...args] = command;
  const start = Date.now();
  const { exitCode, all } = await execa(file, args, { cwd: root, reject: false, all: true });
  const good = exitCode === 0;
  console.log(`${good ? "PASS" : "FAIL"} ${name} (${seconds(start)})${good ? "" : `\n${all}`}`);
  return { passed: good ? 1 : 0, failed: good ? 0 : 1, failures: good ? [] : [name], skipped: [] };
}

async function jest(
  project: string,
  patterns: readonly string[],
  run: string,
  outputFile: string,
): Promise<Counts> {
  const start = Date.now();
  console.log(`\n${project} tests`);
  const args = [
    "--selectProjects",
    project,
    "--ci",
    // A handle that a test left open must not keep the run from its summary; Jest says so when it happens.
    "--forceExit",
    "--json",
    `--outputFile=${outputFile}`,
    "--passWithNoTests",
    ...patterns.map((pattern) => `--testPathPatterns=${pattern}`),
  ];
  const { exitCode } = await execa(
    "node",
    // execa is an ES module, which Jest requires only with this flag.
    [
      "--experimental-vm-modules",
      "--disable-warning=ExperimentalWarning",
      "node_modules/jest/bin/jest.js",
      ...args,
      ...(project === "integration" ? ["--runInBand"] : []),
    ],
    { cwd: root, reject: false, env: { APEXMCP_TEST_RUN: run }, stdout: "ignore", stderr: "inherit" },
  );
  console.log(`${project} tests took ${seconds(start)}`);
  return summarise(readReport(outputFile), exitCode);
}

function readReport(file: string): JestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as JestReport;
  } catch {
    return undefined; // Jest ended before it could write one
  }
}

function report(counts: readonly Counts[]): number {
  const sum = (key: "passed" | "failed") => counts.reduce((total, it) => total + it[key], 0);
  const skipped = counts.flatMap((it) => it.skipped);
  if (skipped.length > 0) console.log(`\nSkipped:\n${skipped.map((name) => `  ${name}`).join("\n")}`);
  const failed = sum("failed");
  const failures = counts.flatMap((it) => it.failures);
  if (failures.length > 0) console.log(`\nFailed:\n${failures.join("\n").replace(/^/gm, "  ")}`);
  console.log(
    `${sum("passed")} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`,
  );
  return failed === 0 && sum("passed") > checks.length ? 0 : 1;
}

function seconds(start: number): string {
  return `${Math.round((Date.now() - start) / 1000)} s`;
}

void main(process.argv.slice(2)).then((code) => (process.exitCode = code));

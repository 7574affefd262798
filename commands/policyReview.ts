import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import { ownImageTag } from "../images/ownImages";
import { main } from "./command";
import { CommandError } from "./commandError";
import { prepareConfig } from "./prodConfig";
import { pulumi, pulumiFailure } from "./pulumi";
import { localRelease } from "./releases";
import { createState, root, stateIn } from "./state";

/** Files that the pack reads as they are. */
const declarations = /(^|\/)((docker-)?compose[\w.-]*\.ya?ml|\.github\/workflows\/[\w.-]+\.ya?ml)$/;
/** A change of one of these changes what the Pulumi program declares. */
const program = /^(index\.ts|Pulumi[\w.]*\.yaml|images\.lock\.json|(stacks|components|provider|policies)\/)/;

void main({
  name: "policy-review",
  summary:
    "checks the compose files, workflows and Pulumi programs that changed since $BASE_SHA with the policy pack alone",
  options: { "sarif FILE": "writes the findings for GitHub's code scanning, too" },
  run: async ({ options }) => {
    const folder = mkdtempSync(join(tmpdir(), "policy-review-"));
    try {
      const changed = await changedFiles();
      const files = changed.filter((file) => declarations.test(file));
      if (changed.some((file) => program.test(file))) files.push(await previewOf(folder));
      // Without a change there is nothing to find, and code scanning wants to be told so.
      const check = (format: string) =>
        execa(join(root, "node_modules/.bin/hardening-policies"), ["check", `--format=${format}`, ...files], {
          cwd: root,
          reject: false,
        });
      if (files.length === 0) {
        console.log("No compose file, workflow or Pulumi program changed.");
        if (options["sarif"] !== undefined) writeFileSync(options["sarif"], emptySarif);
        return 0;
      }
      if (options["sarif"] !== undefined) writeFileSync(options["sarif"], (await check("sarif")).stdout);
      const { stdout, stderr, exitCode } = await check("text");
      console.log(stdout + stderr);
      return exitCode ?? 2;
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
});

async function changedFiles(): Promise<string[]> {
  const { BASE_SHA: base = "" } = process.env;
  if (!/^[0-9a-f]{40}$/.test(base))
    throw new CommandError(
      `BASE_SHA is '${base}'`,
      "set it to a full git SHA: git merge-base origin/main HEAD",
    );
  const args = ["diff", "--name-only", "--diff-filter=d", `${base}...HEAD`];
  const result = await execa("git", args, { cwd: root, reject: false });
  if (result.exitCode !== 0)
    throw new CommandError(
      `git knows no way from ${base} to HEAD`,
      "fetch the whole history: git fetch --unshallow",
    );
  return result.stdout.split("\n").filter((it) => it !== "");
}

/** The dev stack as the program declares it, with a state of its own: it needs no secret and contacts nothing. */
async function previewOf(folder: string): Promise<string> {
  const state = stateIn(join(folder, "state"), "dev");
  createState(state);
  copyFileSync(stateIn().imageLockFile, state.imageLockFile);
  await prepareConfig(state, localRelease(state, await ownImageTag("gateway")), () => {});
  const result = await pulumi(state, ["preview", "--json"]);
  if (result.exitCode !== 0) throw pulumiFailure(state, "pulumi preview", result.all);
  const file = join(folder, "pulumi-preview.json");
  writeFileSync(file, result.stdout);
  return file;
}

const emptySarif = JSON.stringify({
  version: "2.1.0",
  runs: [{ tool: { driver: { name: "hardening-policies" } }, results: [] }],
});

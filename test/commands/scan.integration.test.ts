import { spawnSync } from "node:child_process";

import { root } from "../../commands/state";

jest.setTimeout(600_000); // it installs the scanners where they aren't

it("finds nothing in this repository's workflows, packages and history", () => {
  const { stdout } = spawnSync(process.execPath, ["-r", "ts-node/register", "commands/scan.ts"], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const verdicts = new Map<string, string>();
  let scanner = "";
  for (const line of stdout.split("\n")) {
    scanner = /^(zizmor|actionlint|npm audit|gitleaks): /.exec(line)?.[1] ?? scanner;
    const verdict = /^=> (.*)$/.exec(line)?.[1];
    if (verdict !== undefined) verdicts.set(scanner, verdict);
  }
  expect([...verdicts.keys()]).toEqual(["zizmor", "actionlint", "npm audit", "gitleaks"]);
  for (const [name, verdict] of verdicts) {
    if (verdict === "found nothing") continue;
    // Where a registry doesn't have what a scanner needs, as a mirror of npm's has no advisories.
    console.log(`${name} says nothing about this repository: it ${verdict}`);
    expect(verdict).toMatch(/^could not find out$|could not be installed/);
  }
});

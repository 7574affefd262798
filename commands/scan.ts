import { execa } from "execa";

import { main } from "./command";
import { CommandError } from "./commandError";
import { fromGo, fromPyPi } from "./scanners";
import { root } from "./state";

interface Scanner {
  readonly what: string;
  /** Returns the program, installed where it wasn't. */
  readonly program: () => Promise<string>;
  readonly args: readonly string[];
  /** What it says where it could not find out. */
  readonly unreachable?: RegExp;
}

const scanners: readonly Scanner[] = [
  {
    what: "zizmor: workflows' security",
    program: () => fromPyPi("zizmor", "1.32.0"),
    args: ["--offline", "--persona=pedantic", ".github/workflows"],
  },
  {
    what: "actionlint: workflows' correctness",
    program: () =>
      fromGo("actionlint", {
        module: "github.com/rhysd/actionlint",
        version: "v1.7.7",
        package: "./cmd/actionlint",
      }),
    args: ["-color=false"],
  },
  {
    what: "npm audit: known vulnerabilities of the packages that are deployed",
    program: () => Promise.resolve("npm"),
    args: ["audit", "--omit=dev"],
    unreachable: /audit endpoint returned an error/,
  },
  {
    what: "gitleaks: secrets in the whole history",
    program: () => fromGo("gitleaks", { module: "github.com/zricethezav/gitleaks/v8", version: "v8.28.0" }),
    args: ["git", "--no-banner", "--redact", "--config=.gitleaks.toml", "."],
  },
];

void main({
  name: "scan",
  summary: "scans workflows, dependencies and the whole history; installs the scanners it lacks",
  run: async () => {
    const problems: string[] = [];
    for (const scanner of scanners) {
      console.log(`\n${scanner.what}`);
      const verdict = await scan(scanner);
      console.log(`=> ${verdict}`);
      if (verdict !== nothing) problems.push(`${scanner.what.split(":")[0]} ${verdict}`);
    }
    if (problems.length > 0)
      throw new CommandError(problems.join(", "), "solve what is named above, then run this again");
  },
});

const nothing = "found nothing";

async function scan({ program, args, unreachable }: Scanner): Promise<string> {
  let file;
  try {
    file = await program();
  } catch (error) {
    return (error as Error).message;
  }
  const { exitCode, all } = await execa(file, args, { cwd: root, reject: false, all: true });
  console.log(all.trim());
  if (exitCode === 0) return nothing;
  return exitCode === undefined || unreachable?.test(all) ? "could not find out" : "found something";
}

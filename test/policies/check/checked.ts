import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { command } from "../../../policies/check/command";
import type { Result } from "../../../policies/check/checkFiles";

/** A folder of its own with these files, removed when its scope ends. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "apexmcp-check-"));

  constructor(files: Record<string, string>) {
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.file(name)), { recursive: true });
    writeFileSync(this.file(name), text);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

/** Runs the command for its JSON. */
export function check(
  args: string[],
  variables: Record<string, string> = {},
): { result: Result; code: number; output: string } {
  const { output, code } = command(["check", "--format", "json", ...args], variables);
  return { result: JSON.parse(output) as Result, code, output };
}

/** Checks the first of the files, and says what is wrong as `line finding resource`. */
export function violationsOf(
  files: Record<string, string>,
  variables: Record<string, string> = {},
): { violations: string[]; errors: string[]; code: number } {
  using folder = new Folder(files);
  const { result, code } = check([folder.file(Object.keys(files)[0]!)], variables);
  return {
    violations: result.violations.map(({ line, finding, resource }) => `${line} ${finding} ${resource}`),
    errors: result.errors.map(
      ({ file, line, message }) => `${file.replace(`${folder.path}/`, "")}:${line}: ${message}`,
    ),
    code,
  };
}

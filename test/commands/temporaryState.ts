import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { stateIn, type State } from "../../commands/state";

/** A state directory of a test's own; removed after the test. */
export function temporaryState(): State {
  const directory = mkdtempSync(join(tmpdir(), "apexmcp-state-"));
  directories.push(directory);
  return stateIn(directory);
}

/** Writes a file, and the directories it is in. */
export function write(path: string, content: string | object): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
}

const directories: string[] = [];
afterEach(() => directories.splice(0).forEach((directory) => rmSync(directory, { recursive: true })));

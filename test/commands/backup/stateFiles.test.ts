import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { ArrivingState, packState } from "../../../commands/backup/stateFiles";
import { eachEntry, TarWriter } from "../../../commands/backup/tar";
import { stateIn, type State } from "../../../commands/state";
import { temporaryState } from "../temporaryState";

const empty = (): State => stateIn(join(temporaryState().directory, "fresh"));

function write(state: State, file: string, content: string): void {
  const path = join(state.directory, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode: 0o600 });
}

async function restore(tar: TarWriter, state: State): Promise<void> {
  const arriving = new ArrivingState(state);
  tar.end();
  await eachEntry(tar.stream, (entry) => arriving.take(entry, "state"));
  arriving.end();
}

it("brings the deployment's files back with their modes, without locks and what each machine makes for itself", async () => {
  const old = empty();
  const kept = ["Pulumi.dev.yaml", "passphrase", "backend/.pulumi/stacks/apexmcp/dev.json"];
  const left = [
    "images.lock.json",
    "backend/.pulumi/locks/organization/apexmcp/dev/1.json",
    "backend/.pulumi/backups/x.json",
    "vault-ceremonies.jsonl.lock",
  ];
  for (const file of [...kept, ...left]) write(old, file, `content of ${file}`);
  const tar = new TarWriter();
  packState(tar, old, "state");

  const fresh = empty();
  write(fresh, "images.lock.json", "this machine's");
  await restore(tar, fresh);
  for (const file of kept) {
    expect(readFileSync(join(fresh.directory, file), "utf8")).toBe(`content of ${file}`);
    expect(statSync(join(fresh.directory, file)).mode & 0o777).toBe(0o600);
  }
  for (const file of left.slice(1)) expect(existsSync(join(fresh.directory, file))).toBe(false);
  expect(readFileSync(fresh.imageLockFile, "utf8")).toBe("this machine's");
  expect(existsSync(join(fresh.directory, "restoring"))).toBe(false);
});

it("refuses to write over a deployment", () => {
  const state = empty();
  write(state, "Pulumi.dev.yaml", "config: {}");
  expect(() => new ArrivingState(state)).toThrow(/there is a deployment in .* already/);
});

it.each(["state/../../outside", "state/a/../../../outside"])("refuses the path %s", async (name) => {
  const tar = new TarWriter();
  tar.file(name, 0o600, "x");
  await expect(restore(tar, empty())).rejects.toThrow("is no file of a deployment");
});

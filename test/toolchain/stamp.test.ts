import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

import type { Part } from "../../toolchain/parts";
import { partState, place } from "../../toolchain/stamp";

const folder = mkdtempSync(join(tmpdir(), "toolchain-stamp-"));
afterAll(() => rmSync(folder, { recursive: true }));

const source = join(folder, "main.go");
let count = 0;

/** A part of one source file, at a place of its own. */
function part(): Part {
  writeFileSync(source, "package main");
  return {
    title: "thing",
    version: "1.0.0",
    path: join(folder, `thing${count++}`),
    module: ".",
    package: ".",
    sources: [relative(join(__dirname, "../../toolchain"), folder)],
  };
}

function binary(content = "binary", mode = 0o755): string {
  const path = join(mkdtempSync(join(tmpdir(), "toolchain-binary-")), "out");
  writeFileSync(path, content, { mode });
  return path;
}

test("a part is missing until it is placed, then built", () => {
  const thing = { ...part(), sources: ["go.mod"] };
  expect(partState(thing)).toBe("missing");
  place(thing, binary());
  expect(partState(thing)).toBe("built");
});

test("a changed source or flag makes a built part stale", () => {
  const thing = part();
  thing satisfies Part;
  const kept = { ...thing, sources: [relative(join(__dirname, "../../toolchain"), source)] };
  place(kept, binary());
  expect(partState({ ...kept, tags: "minimal" })).toBe("stale");
  writeFileSync(source, "package other");
  expect(partState(kept)).toBe("stale");
});

test("a binary without a stamp is an official one", () => {
  const thing = { ...part(), sources: ["go.mod"] };
  writeFileSync(thing.path, "official", { mode: 0o755 });
  expect(partState(thing)).toBe("official");
});

test("an official binary put over a built one is not taken for ours", () => {
  const thing = { ...part(), sources: ["go.mod"] };
  place(thing, binary());
  writeFileSync(thing.path, "an official one of another size", { mode: 0o755 });
  expect(partState(thing)).toBe("stale");
});

test.each([
  ["empty", "", 0o755],
  ["not executable", "binary", 0o644],
])("a file that is %s counts as missing", (_, content, mode) => {
  const thing = { ...part(), sources: ["go.mod"] };
  writeFileSync(thing.path, content, { mode });
  expect(partState(thing)).toBe("missing");
});

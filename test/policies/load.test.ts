import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "../..");

/** A package that is loaded as the pack is, with one source file; `text` is what that exports. */
class Package implements Disposable {
  private readonly directory = mkdtempSync(join(tmpdir(), "apexmcp-load-"));
  private readonly folder = join(this.directory, "policies");

  constructor() {
    mkdirSync(this.folder);
    symlinkSync(join(root, "node_modules"), join(this.directory, "node_modules"));
    for (const file of ["load.js", "build.mjs", "bundle.mjs"]) {
      copyFileSync(join(root, "policies", file), join(this.folder, file));
    }
  }

  write(source: string): void {
    writeFileSync(join(this.folder, "pack.ts"), source);
  }

  /** What a process of its own sees of the source. */
  load(): string {
    const script = `process.stdout.write(require("./load.js").load("pack").text)`;
    return execFileSync(process.execPath, ["-e", script], {
      cwd: this.folder,
      encoding: "utf8",
      stdio: "pipe",
    });
  }

  built(change: (text: string) => string): void {
    const file = join(this.folder, "dist/pack.js");
    writeFileSync(file, change(readFileSync(file, "utf8")));
  }

  withoutSources(): void {
    for (const file of ["build.mjs", "bundle.mjs", "pack.ts"]) rmSync(join(this.folder, file));
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true });
  }
}

test("loads what the sources say now, however the last build came about", () => {
  using made = new Package();
  made.write(`export const text: string = "first";`);
  expect(made.load()).toBe("first");
  made.write(`export const text: string = "second";`);
  expect(made.load()).toBe("second");
});

test("builds once for the same sources, and not at all where it is published without them", () => {
  using made = new Package();
  made.write(`export const text: string = "as written";`);
  made.load();
  made.built((text) => text.replace("as written", "as built"));
  expect(made.load()).toBe("as built");
  made.withoutSources();
  expect(made.load()).toBe("as built");
});

test("fails where the sources can't be built, and doesn't run the last build", () => {
  using made = new Package();
  made.write(`export const text: string = "good";`);
  made.load();
  made.write(`export const text: string = ;`);
  expect(() => made.load()).toThrow(/pack\.ts:1/);
});

// Writes the tests of the domains in MUTATE, and all that they load, as one file that mocha runs: it loads that once and
// runs for each mutant the tests that reach it, which takes milliseconds, where Jest loads all of it anew. Stryker starts
// this in its copy of the tree (stryker.config.mjs).
import { globSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";

const here = import.meta.dirname;
const domains = process.env.MUTATE.split(",");
const files = globSync(
  domains.map((domain) => `${domain}/**/*.test.ts`),
  { cwd: here, exclude: ["**/*.integration.test.ts"] },
);
const asJest = `
  import { expect } from "expect";
  import { bind } from "jest-each";
  Object.assign(globalThis, { expect, test: it, beforeAll: before, afterAll: after });
  test.each = bind(it, false);
  describe.each = bind(describe, false);`;
const name = JSON.stringify;
const suites = files.map((file) => `describe(${name(file)}, () => void require(${name(`./${file}`)}));`);
await build({
  stdin: { contents: [asJest, ...suites].join("\n"), resolveDir: here },
  outfile: join(here, "bundled.test.js"),
  bundle: true,
  platform: "node",
  target: "node22",
  logLevel: "warning",
  plugins: [{ name: "without-pulumi", setup: withoutPulumi }],
});

/** Loading Pulumi's SDK would take most of the time. */
function withoutPulumi({ onResolve }) {
  onResolve({ filter: /\/evaluate$/ }, () => ({ path: join(here, "evaluateDirectly.ts") }));
}

// Writes the tests of the domains in MUTATE, and all that they load, as one file: what a mutant takes is loading, and one
// file loads in a tenth of the time that three hundred do. Stryker runs this in its copy of the tree (stryker.config.mjs).
import { globSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";

const here = import.meta.dirname;
const domains = process.env.MUTATE.split(",");
const files = globSync(
  domains.map((domain) => `${domain}/**/*.test.ts`),
  { cwd: here, exclude: ["**/*.integration.test.ts"] },
);
const name = JSON.stringify;
await build({
  stdin: {
    contents: files
      .map((file) => `describe(${name(file)}, () => void require(${name(`./${file}`)}));`)
      .join("\n"),
    resolveDir: here,
  },
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

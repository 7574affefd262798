// What is published: the command and the pack in one file each, so that starting them reads two files, not two hundred.
import { rmSync } from "node:fs";

import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints: ["check/command.ts", "index.ts"],
  outdir: "dist",
  entryNames: "[name]",
  bundle: true,
  platform: "node",
  target: "node22",
  // One copy of Pulumi's SDK: its runner in the pack's node_modules loads it too.
  external: ["@pulumi/*"],
  logLevel: "warning",
});

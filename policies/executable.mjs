// Writes dist/hardening-policies: this machine's Node.js with pack and command inside (Node.js' single executables).
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, rmSync, writeFileSync } from "node:fs";

import { bundle } from "./bundle.mjs";

const output = "dist/hardening-policies";
await bundle("executable.ts", "dist/executable.js");

const configuration = {
  main: "dist/executable.js",
  output: "dist/executable.blob",
  disableExperimentalSEAWarning: true,
  useCodeCache: true,
};
writeFileSync("dist/executable.json", JSON.stringify(configuration));
execFileSync(process.execPath, ["--experimental-sea-config", "dist/executable.json"], { stdio: "pipe" });
rmSync(output, { force: true });
copyFileSync(process.execPath, output);
execFileSync(
  "postject",
  [
    output,
    "NODE_SEA_BLOB",
    "dist/executable.blob",
    "--sentinel-fuse",
    "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2",
  ],
  { stdio: "pipe" },
);
chmodSync(output, 0o755);
for (const part of ["js", "json", "blob"]) rmSync(`dist/executable.${part}`);

// Builds the files that it is given, or all that are published; load.js asks for one when it is out of date.
import { renameSync } from "node:fs";

import { bundle } from "./bundle.mjs";
import { madeOf } from "./load.js";

const asked = process.argv.slice(2);
const banner = madeOf();
for (const name of asked.length > 0 ? asked : ["check/command", "servePack"]) {
  const half = `${import.meta.dirname}/dist/${name}.${process.pid}.js`;
  await bundle(`${import.meta.dirname}/${name}.ts`, half, banner);
  renameSync(half, `${import.meta.dirname}/dist/${name}.js`);
}

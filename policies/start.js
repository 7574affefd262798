// The pack. As published it is built; in the repository swc compiles it as it loads.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const built = join(__dirname, "dist/index.js");
if (!existsSync(built)) require("./compile.js");
require(existsSync(built) ? built : "./index.ts");

// Pulumi's runner type-checks a pack's TypeScript at every start, which takes seconds; `npm run typecheck` does it once.
// So swc takes the place of the runner's hook, before the first TypeScript file is loaded.
const { readFileSync } = require("node:fs");
const { transformSync } = require("@swc/core");

const options = {
  jsc: { target: "es2022", parser: { syntax: "typescript" } },
  module: { type: "commonjs" },
  sourceMaps: "inline",
  swcrc: false,
};

require.extensions[".ts"] = (module, filename) => {
  module._compile(transformSync(readFileSync(filename, "utf8"), { ...options, filename }).code, filename);
};

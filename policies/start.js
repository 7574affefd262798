// Pulumi's runner registers ts-node with type checking on, which costs seconds at every start; `npm run typecheck`
// does that once. So this takes ts-node's place with a transpile-only hook, on the TypeScript that is loaded anyway.
const { readFileSync } = require("node:fs");
const { ModuleKind, ScriptTarget, transpileModule } = require("typescript");

const compilerOptions = {
  module: ModuleKind.CommonJS,
  target: ScriptTarget.ES2022,
  esModuleInterop: true,
  inlineSourceMap: true,
};

require.extensions[".ts"] = (module, fileName) => {
  module._compile(
    transpileModule(readFileSync(fileName, "utf8"), { fileName, compilerOptions }).outputText,
    fileName,
  );
};

require("./index.ts");

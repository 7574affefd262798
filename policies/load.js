// The pack and the command start as one file each: to load the two hundred that they are made of takes longer than their
// work. As published they are built; in the repository they are built when they start, unless sources and dependencies
// are to the byte what the last build was made of.
const { execFileSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const { existsSync, readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const builder = join(__dirname, "build.mjs");

/** What a build here and now is made of, as the first line of its file. */
function madeOf() {
  const hash = createHash("sha256");
  const sources = readdirSync(__dirname, { recursive: true })
    .filter((path) => /\.(ts|json|js|mjs)$/.test(path) && !/^(dist|node_modules)\//.test(path))
    .sort();
  for (const source of [...sources, "../node_modules/.package-lock.json"]) {
    hash
      .update(`${source}\0`)
      .update(readFileSync(join(__dirname, source)))
      .update("\0");
  }
  return `// ${hash.digest("hex")}`;
}

/** Loads what `<name>.ts` exports. */
function load(name) {
  const built = join(__dirname, `dist/${name}.js`);
  const current = () => existsSync(built) && readFileSync(built, "utf8").startsWith(`${madeOf()}\n`);
  if (existsSync(builder) && !current()) {
    // Standard output is where Pulumi's engine waits for a port.
    execFileSync(process.execPath, [builder, name], { stdio: ["ignore", 2, 2] });
  }
  return require(built);
}

module.exports = { load, madeOf };

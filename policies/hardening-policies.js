#!/usr/bin/env node
// The command. As published it is built; in the repository swc compiles it as it loads.
const { existsSync } = require("node:fs");
const { enableCompileCache } = require("node:module");
const { homedir } = require("node:os");
const { join } = require("node:path");

// Not in the system's directory for temporary files, where others could have put one.
enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "hardening-policies"));
const built = join(__dirname, "dist/command.js");
if (!existsSync(built)) require("./compile.js");
const { command } = require(existsSync(built) ? built : "./check/command.ts");

const { output, code } = command(process.argv.slice(2), process.env);
process.stdout.write(output);
process.exitCode = code;

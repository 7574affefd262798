#!/usr/bin/env node
// The command.
const { enableCompileCache } = require("node:module");
const { homedir } = require("node:os");
const { join } = require("node:path");

// Not in the system's directory for temporary files, where others could have put one.
enableCompileCache?.(join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "hardening-policies"));
const { command } = require("./load.js").load("check/command");

const { output, code } = command(process.argv.slice(2), process.env);
process.stdout.write(output);
process.exitCode = code;

#!/usr/bin/env node
import { secretsCommand } from "./commands/secrets";

const usage = `Usage: gateway COMMAND
  secrets    which secrets are injected, from where, how old; never a value
`;

function run([command, ...operands]: string[]): number | Promise<number> {
  const print = (line: string) => process.stdout.write(`${line}\n`);
  if (command === "secrets" && operands.length === 0) return secretsCommand(process.env, print);
  process.stderr.write(usage);
  return 2;
}

void Promise.resolve(run(process.argv.slice(2))).then((code) => (process.exitCode = code));

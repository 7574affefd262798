#!/usr/bin/env node
import { checkUrlCommand } from "./commands/checkUrl";
import { secretsCommand } from "./commands/secrets";
import { AddressPolicy } from "./egress/addressPolicy";
import { createResolve } from "./egress/resolver";
import { loadAddressRules } from "./egress/settings";
import { UrlGuard } from "./egress/urlGuard";

const usage = `Usage: gateway COMMAND
  secrets             which secrets are injected, from where, how old; never a value
  check-url URL...    whether a connector may have this URL, and why not
`;

function run([command, ...operands]: string[]): number | Promise<number> {
  const print = (line: string) => process.stdout.write(`${line}\n`);
  if (command === "secrets" && operands.length === 0) return secretsCommand(process.env, print);
  if (command === "check-url" && operands.length > 0) {
    const problems: string[] = [];
    const policy = new AddressPolicy(loadAddressRules(process.env, problems));
    if (problems.length === 0) return checkUrlCommand(operands, new UrlGuard(policy, createResolve()), print);
    process.stderr.write(`${problems.join("\n")}\n`);
    return 2;
  }
  process.stderr.write(usage);
  return 2;
}

void Promise.resolve(run(process.argv.slice(2))).then((code) => (process.exitCode = code));

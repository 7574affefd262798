#!/usr/bin/env node
import { checkUrlCommand } from "./commands/checkUrl";
import { createAgentCommand } from "./commands/createAgent";
import { linkOrganisationCommand } from "./commands/linkOrganisation";
import { secretsCommand } from "./commands/secrets";
import type { Pool } from "pg";
import { loadConfig } from "./config";
import { createPool } from "./database/pool";
import { AddressPolicy } from "./egress/addressPolicy";
import { createResolve } from "./egress/resolver";
import { loadAddressRules } from "./egress/settings";
import { UrlGuard } from "./egress/urlGuard";

const usage = `Usage: gateway COMMAND
  secrets             which secrets are injected, from where, how old; never a value
  create-agent ORGANISATION NAME SCOPE...
                      makes an agent and prints its id and its secret, once
  link-organisation ORGANISATION ID
                      gives the users of the identity provider's organisation with this id ours
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
  if (command === "create-agent" && operands.length > 2)
    return withPool((pool) => createAgentCommand(pool, operands, print));
  if (command === "link-organisation" && operands.length === 2)
    return withPool((pool) => linkOrganisationCommand(pool, operands, print));
  process.stderr.write(usage);
  return 2;
}

async function withPool(command: (pool: Pool) => Promise<number>): Promise<number> {
  const pool = createPool(loadConfig(process.env));
  return command(pool).finally(() => pool.end());
}

void Promise.resolve(process.argv.slice(2))
  .then(run)
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  })
  .then((code) => (process.exitCode = code));

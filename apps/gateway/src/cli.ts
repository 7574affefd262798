#!/usr/bin/env node
import {
  createAgentCommand,
  disableAgentCommand,
  listAgentsCommand,
  renewAgentCommand,
} from "./commands/agents";
import { checkUrlCommand } from "./commands/checkUrl";
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
  help                this
  secrets             which secrets are injected, from where, how old; never a value
  create-agent ORGANISATION NAME SCOPE...
                      makes an agent and prints its id and its secret, once
  list-agents         every agent: id, organisation, name, scopes, and since when it is disabled
  disable-agent ID    gives it no more tokens; one that it has is good for 5 minutes at most
  renew-agent ID      prints a new secret, once; the old one is refused from then on
  link-organisation ORGANISATION ID
                      gives the users of the identity provider's organisation with this id ours
  check-url URL...    whether a connector may have this URL, and why not
`;

function run([command, ...operands]: string[]): number | Promise<number> {
  const print = (line: string) => process.stdout.write(`${line}\n`);
  if (command === "help") {
    print(usage.trimEnd());
    return 0;
  }
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
  if (command === "list-agents" && operands.length === 0)
    return withPool((pool) => listAgentsCommand(pool, print));
  if (command === "disable-agent" && operands.length === 1)
    return withPool((pool) => disableAgentCommand(pool, operands, print));
  if (command === "renew-agent" && operands.length === 1)
    return withPool((pool) => renewAgentCommand(pool, operands, print));
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

import { existsSync } from "node:fs";

import { awaitActive, awaitAnswer, storageFailure, unseal } from "../provider/vault/unseal";
import { createDeployer } from "../provider/vault/deployer";
import { accessorOf, revoke } from "../provider/vault/rootToken";
import { keyFingerprint } from "../provider/vault/unsealKey";
import { main, type CommandContext } from "./command";
import { CommandError } from "./commandError";
import { connectionOptions, withVault, type Ceremonial } from "./vault/connection";
import { keeperOptions, keepersOf, keyBytes } from "./vault/keyKeeper";

void main({
  name: "vault-init",
  summary: "initialises an empty Vault, once: 1-of-1 Shamir, key kept where you say, root token revoked.",
  options: { ...connectionOptions, ...keeperOptions },
  run: (context) => withVault(context, (ceremonial) => initialise(context, ceremonial)),
});

async function initialise(context: CommandContext, { client, ceremonies, log }: Ceremonial): Promise<void> {
  const keepers = keepersOf(context);
  const file = context.options["key-file"];
  if (file !== undefined && existsSync(file)) {
    throw new CommandError(
      `${file} exists, and may hold the key of another Vault`,
      "name another --key-file",
    );
  }
  const before = await awaitAnswer(client, log);
  if (before.initialized) {
    throw new CommandError(
      `Vault at ${client.server.address} is initialised already`,
      "unseal it: make vault-unseal; if its key is lost, see docs/runbooks/vault-lost-key.md",
    );
  }
  for (const keeper of keepers) await keeper.prepare();

  const { unsealKey, rootToken } = await client.initialise().catch((error: unknown) => {
    throw storageFailure(client, error);
  });
  for (const keeper of keepers) {
    await keeper.keep({ unsealKey }).catch((error: unknown) => {
      throw new CommandError(
        `Vault is initialised, but ${keeper.place} could not take its key: ${(error as Error).message}`,
        "it holds no data yet: solve that, empty Vault's volume (make down ARGS=--volumes), deploy, run this again",
      );
    });
  }

  const key = keyBytes(unsealKey);
  await unseal(client, await client.sealStatus(), key);
  const { cluster_id: clusterId, version } = await awaitActive(client, log);
  const done = { clusterId, keyFingerprint: keyFingerprint(key) };
  ceremonies.append({ event: "initialised", ...done });
  ceremonies.append({ event: "unsealed", ...done });
  const accessor = await accessorOf(client, rootToken);
  try {
    const deployer = await createDeployer(client, rootToken);
    for (const keeper of keepers) await keeper.keepDeployer(deployer);
  } finally {
    await revoke(client, rootToken);
    ceremonies.append({ event: "root token revoked", ...done, details: { accessor } });
  }

  console.log(`Vault ${version} at ${client.server.address} is initialised and unsealed.`);
  console.log(`cluster:      ${clusterId}`);
  console.log(`unseal key:   ${done.keyFingerprint}, in ${keepers.map(({ place }) => place).join(" and ")}`);
  console.log(`deployer:     an AppRole of its own, kept beside the key`);
  console.log('root token:   revoked, and refused since; for a new one: make vault-root ARGS="-- COMMAND"');
}

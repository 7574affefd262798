import type { Context, Log } from "../resource";
import { CeremonyLog, type Ceremony } from "./ceremonyLog";
import { VaultClient } from "./client";
import { createDeployer, type Deployer } from "./deployer";
import { readInitFile, reserveInitFile, setAside, type InitFile } from "./initFile";
import { revoke } from "./rootToken";
import type { SealInputs, SealOutputs, SealState } from "./seal";
import { awaitActive, awaitAnswer, storageFailure, unseal, WrongUnsealKey } from "./unseal";
import { keyFingerprint, malformedUnsealKey, parseUnsealKey } from "./unsealKey";

/**
 * From whatever state Vault is in to unsealed and active.
 *
 * @param old what the stack recorded of it, if it did.
 */
export async function bringUp(
  inputs: SealInputs,
  old: SealState | undefined,
  { urn, log }: Context,
): Promise<SealOutputs> {
  const { address, ceremonyLog } = inputs;
  const ceremonies = ceremonyLog === undefined ? undefined : CeremonyLog.open(ceremonyLog);
  const done: Ceremony["event"][] = [];
  await using client = new VaultClient(inputs);
  let status = await awaitAnswer(client, log);
  let key: Buffer | undefined;
  if (!status.initialized) {
    if (old !== undefined) {
      throw reinitialised(address, "it is empty", { old, urn });
    }
    key = await initialise(client, inputs, log);
    done.push("initialised");
    status = await client.sealStatus();
  } else {
    key = configuredKey(inputs);
  }
  if (status.sealed) {
    if (key === undefined) {
      throw new Error(
        `Vault at ${address} is sealed and there is no key; set VAULT_UNSEAL_KEY to the one make vault-init made`,
      );
    }
    log.progress("unsealing Vault");
    await unseal(client, status, key).catch((error: unknown) => {
      throw error instanceof WrongUnsealKey ? wrongKey(error, key, old) : error;
    });
    done.push("unsealed");
  } else if (old !== undefined && key !== undefined && keyFingerprint(key) !== old.keyFingerprint) {
    log.warn(
      `Vault at ${address} is unsealed, so the new key ${keyFingerprint(key)} was not tried; its next unseal will.`,
    );
  }
  const active = await awaitActive(client, log);
  const fingerprint = key === undefined ? {} : { keyFingerprint: keyFingerprint(key) };
  done.forEach((event) => ceremonies?.append({ event, clusterId: active.cluster_id, ...fingerprint }));
  if (old !== undefined && active.cluster_id !== old.clusterId) {
    throw reinitialised(address, `its cluster is ${active.cluster_id}`, { old, urn });
  }
  return {
    sealed: false,
    clusterId: active.cluster_id,
    version: active.version,
    ...fingerprint,
    ...(inputs.initialiseTo !== undefined && (await retireRootToken(client, inputs.initialiseTo, log))),
  };
}

/** Initialises an empty Vault for development. A Vault that holds data says so, and refuses by itself too. */
async function initialise(
  client: VaultClient,
  { address, initialiseTo }: SealInputs,
  log: Log,
): Promise<Buffer> {
  if (initialiseTo === undefined) {
    throw new Error(
      `Vault at ${address} is not initialised; run make vault-init, once, and set VAULT_UNSEAL_KEY to its key (or put a backup in: make vault-restore)`,
    );
  }
  log.progress("initialising Vault");
  const file = reserveInitFile(initialiseTo);
  const keys = await client.initialise().catch((error: unknown) => {
    file.discard();
    throw storageFailure(client, error);
  });
  setAside(initialiseTo);
  file.keep(keys);
  return keyOf(keys);
}

/**
 * The deployer's credential of a Vault that was initialised for development. The first time, the root token makes it
 * and is revoked; a run that was cut short goes on where it stopped.
 */
async function retireRootToken(
  client: VaultClient,
  path: string,
  log: Log,
): Promise<{ deployerRoleId: string; deployerSecretId: string }> {
  const { rootToken, ...keys } = readInitFile(path)!;
  let deployer: Deployer | undefined = keys.deployer;
  if (rootToken !== undefined) {
    log.progress("giving deployments a credential of their own, and revoking the root token");
    deployer ??= await createDeployer(client, rootToken);
    reserveInitFile(path).keep({ ...keys, rootToken, deployer });
    await revoke(client, rootToken);
    reserveInitFile(path).keep({ ...keys, deployer });
  }
  if (deployer === undefined) {
    throw new Error(
      `${path} holds no deployer's credential; make one: make vault-root ARGS="--key-file ${path} -- make vault-deployer"`,
    );
  }
  return { deployerRoleId: deployer.roleId, deployerSecretId: deployer.secretId };
}

/** The key the inputs give, or that of their init file. */
export function configuredKey({ address, unsealKey, initialiseTo }: SealInputs): Buffer | undefined {
  if (initialiseTo === undefined) {
    return unsealKey === undefined ? undefined : parseUnsealKey(unsealKey);
  }
  const keys = readInitFile(initialiseTo);
  if (keys === undefined) {
    throw new Error(
      `Vault at ${address} is initialised, but its key file ${initialiseTo} is gone; put it back, or remove Vault's volume ` +
        `with all it holds`,
    );
  }
  return keyOf(keys);
}

function keyOf({ unsealKey }: InitFile): Buffer {
  const key = parseUnsealKey(unsealKey);
  if (key === undefined) {
    throw new Error(`Vault's unseal key ${malformedUnsealKey}`);
  }
  return key;
}

function wrongKey(error: WrongUnsealKey, key: Buffer, old: SealState | undefined): Error {
  const given = keyFingerprint(key);
  const known = old?.keyFingerprint;
  if (known === given) {
    return new Error(
      `${error.message} any more (${given}): Vault was rekeyed, or initialised again behind the stack's back; give the new key`,
    );
  }
  return new Error(
    `${error.message}: ${given} was given${known === undefined ? "" : `, ${known} unsealed it before`}; set VAULT_UNSEAL_KEY to the key make vault-init or make vault-rekey made`,
  );
}

export function reinitialised(
  address: string,
  found: string,
  { old, urn }: { old: SealState; urn: string },
): Error {
  return new Error(
    `Vault at ${address} was initialised again or lost its storage behind the stack's back: ${found}, recorded is ${old.clusterId}. ` +
      `Restore its storage from the backup; or, to go on with what is there now: pulumi up --replace '${urn}'`,
  );
}

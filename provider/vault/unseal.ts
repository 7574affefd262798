import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../resource";
import { VaultRefused, VaultUnreachable, type SealStatus, type VaultClient } from "./client";

const answerWithinMs = 60_000;
const activeWithinMs = 30_000;
const pollMs = 200;

/** Waits until Vault answers over TLS. A certificate that isn't vouched for is an error at once. */
export async function awaitAnswer(
  client: VaultClient,
  log: Log,
  withinMs: number = answerWithinMs,
): Promise<SealStatus> {
  let failure = "";
  const status = await poll(withinMs, async (elapsed) => {
    try {
      return await client.sealStatus();
    } catch (error) {
      if (!(error instanceof VaultUnreachable)) {
        throw error;
      }
      failure = error.message;
      log.progress(`waiting for Vault, ${elapsed} so far: ${failure}`);
      return undefined;
    }
  });
  if (status === undefined) {
    throw new Error(`${failure}, after ${withinMs / 1000} s; see the log of its container, and start it`);
  }
  return status;
}

/** Unseals a sealed 1-of-1 Vault. */
export async function unseal(client: VaultClient, status: SealStatus, key: Buffer): Promise<void> {
  const { address } = client.server;
  if (status.type !== "shamir" || status.t !== 1 || status.n !== 1) {
    throw new Error(
      `Vault at ${address} is sealed by ${status.type} with ${status.t} of ${status.n} keys; only 1-of-1 Shamir is supported`,
    );
  }
  try {
    await client.unseal(key);
  } catch (error) {
    if (error instanceof VaultRefused && error.status === 400) {
      throw new WrongUnsealKey(`the unseal key is not the one of Vault at ${address}`);
    }
    throw storageFailure(client, error);
  }
}

export class WrongUnsealKey extends Error {}

/**
 * Waits until Vault is unsealed and active. Its first write right after unsealing can fail while it sets up, and a
 * retry then says "path is already in use"; sys/health turns 200 once that is over.
 */
export async function awaitActive(
  client: VaultClient,
  log: Log,
  withinMs: number = activeWithinMs,
): Promise<SealStatus & { cluster_id: string }> {
  let last = "";
  const status = await poll(withinMs, async (elapsed) => {
    const health = await client.health();
    const now = health === 200 ? await client.sealStatus() : undefined;
    if (now?.cluster_id !== undefined) return { ...now, cluster_id: now.cluster_id };
    last = `sys/health says ${health}`;
    log.progress(`waiting for Vault to become active, ${elapsed} so far: ${last}`);
    return undefined;
  });
  if (status === undefined) {
    throw new Error(
      `Vault at ${client.server.address} was unsealed but is not active after ${withinMs / 1000} s (${last}); ` +
        `see the log of its container: its storage may be full or not writable`,
    );
  }
  return status;
}

/** The same error, with what to do when Vault's storage is behind it. */
export function storageFailure(client: VaultClient, error: unknown): unknown {
  if (
    error instanceof VaultRefused &&
    /permission denied|read-only|no space|disk quota/i.test(error.message)
  ) {
    return new Error(
      `Vault at ${client.server.address} can't write its storage: ${error.message}; ` +
        `make the volume writable for Vault's user and free space on it, then run this again`,
    );
  }
  return error;
}

async function poll<T>(
  withinMs: number,
  attempt: (elapsed: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  const start = Date.now();
  for (;;) {
    const elapsed = Date.now() - start;
    const result = await attempt(`${Math.round(elapsed / 1000)} s`);
    if (result !== undefined || elapsed + pollMs > withinMs) {
      return result;
    }
    await sleep(pollMs);
  }
}

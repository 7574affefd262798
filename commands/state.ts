import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";

import { CommandError } from "./commandError";

/** The repository's root: where Pulumi.yaml and the policy pack are. */
export const root = resolve(__dirname, "..");

/** Every file of one checkout's deployment, in one directory that only its owner can read. */
export interface State {
  readonly directory: string;
  /** Passphrase of the Pulumi secrets, 0600. */
  readonly passphraseFile: string;
  /** Pulumi's file backend. */
  readonly backendDirectory: string;
  /** Pulumi's checkpoint of the dev stack, as JSON. */
  readonly checkpointFile: string;
  /** Pulumi.dev.yaml as deployed: the committed values, the local ones, and the generated secrets, encrypted. */
  readonly configFile: string;
  /** Values of this machine that go over the committed ones, such as another port; optional, written by hand. */
  readonly localConfigFile: string;
  readonly imageLockFile: string;
  readonly caFile: string;
  /** Unseal key and root token of the dev Vault, 0600. */
  readonly vaultInitFile: string;
}

/** @param directory default: `$APEXMCP_STATE`, else `.state` in the checkout */
export function stateIn(directory = process.env["APEXMCP_STATE"] || join(root, ".state")): State {
  const absolute = resolve(directory);
  const backendDirectory = join(absolute, "backend");
  return {
    directory: absolute,
    passphraseFile: join(absolute, "passphrase"),
    backendDirectory,
    checkpointFile: join(backendDirectory, ".pulumi", "stacks", "apexmcp", "dev.json"),
    configFile: join(absolute, "Pulumi.dev.yaml"),
    localConfigFile: join(absolute, "local.yaml"),
    imageLockFile: join(absolute, "images.lock.json"),
    caFile: join(absolute, "ca.crt"),
    vaultInitFile: join(absolute, "vault-init.json"),
  };
}

/**
 * Makes the directory (0700) and the passphrase (0600) where they are missing.
 *
 * @throws CommandError when there are encrypted secrets whose passphrase is gone: a new one couldn't read them
 */
export function createState(state: State): void {
  mkdirSync(state.backendDirectory, { recursive: true, mode: 0o700 });
  chmodSync(state.directory, 0o700);
  if (existsSync(state.passphraseFile)) return;
  if (existsSync(state.configFile) || existsSync(state.checkpointFile)) {
    throw new CommandError(
      `${state.passphraseFile} is missing, and without it the secrets in ${state.configFile} can't be read`,
      `put the passphrase file back from a backup. Without one, remove the containers and volumes labelled apexmcp.stack by hand, then delete ${state.directory}`,
    );
  }
  writeFileSync(state.passphraseFile, randomBytes(32).toString("base64url"), { mode: 0o600 });
}

import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";

import { CommandError } from "./commandError";

/** The repository's root: where Pulumi.yaml and the policy pack are. */
export const root = resolve(__dirname, "..");

/** The stacks that stacks/ has; the commands work on the one of $APEXMCP_STACK. */
const stackNames = ["dev", "prod"] as const;
export type StackName = (typeof stackNames)[number];

/** Every file of one checkout's deployment, in one directory that only its owner can read. */
export interface State {
  readonly directory: string;
  readonly stack: StackName;
  /** Passphrase of the Pulumi secrets, 0600; not used where $PULUMI_CONFIG_PASSPHRASE is set. */
  readonly passphraseFile: string;
  /** Pulumi's file backend. */
  readonly backendDirectory: string;
  /** Pulumi's checkpoint of the stack, as JSON. */
  readonly checkpointFile: string;
  /** Pulumi.<stack>.yaml as deployed: the committed values, the local ones, and the generated secrets, encrypted. */
  readonly configFile: string;
  /** Values of this machine that go over the committed ones, such as another port; optional, written by hand. */
  readonly localConfigFile: string;
  /** The release that was proven last: what a deploy goes back to. */
  readonly lastGoodFile: string;
  readonly imageLockFile: string;
  readonly caFile: string;
  /** Unseal key and root token of the dev Vault, 0600. */
  readonly vaultInitFile: string;
}

/**
 * @param directory default: `$APEXMCP_STATE`, else `.state` in the checkout
 * @param stack default: `$APEXMCP_STACK`, else `dev`
 */
export function stateIn(
  directory = process.env["APEXMCP_STATE"] || join(root, ".state"),
  stack: string = process.env["APEXMCP_STACK"] || "dev",
): State {
  if (!isStackName(stack)) {
    throw new CommandError(`there is no stack ${stack}`, `set APEXMCP_STACK to ${stackNames.join(" or ")}`);
  }
  const absolute = resolve(directory);
  const backendDirectory = join(absolute, "backend");
  return {
    directory: absolute,
    stack,
    passphraseFile: join(absolute, "passphrase"),
    backendDirectory,
    checkpointFile: join(backendDirectory, ".pulumi", "stacks", "apexmcp", `${stack}.json`),
    configFile: join(absolute, `Pulumi.${stack}.yaml`),
    localConfigFile: join(absolute, "local.yaml"),
    lastGoodFile: join(absolute, `last-good.${stack}.json`),
    imageLockFile: join(absolute, "images.lock.json"),
    caFile: join(absolute, "ca.crt"),
    vaultInitFile: join(absolute, "vault-init.json"),
  };
}

function isStackName(name: string): name is StackName {
  return stackNames.some((it) => it === name);
}

/**
 * Makes the directory (0700) and the passphrase (0600) where they are missing.
 *
 * @throws CommandError when there are encrypted secrets whose passphrase is gone: a new one couldn't read them
 */
export function createState(state: State): void {
  mkdirSync(state.backendDirectory, { recursive: true, mode: 0o700 });
  chmodSync(state.directory, 0o700);
  if (existsSync(state.passphraseFile) || process.env["PULUMI_CONFIG_PASSPHRASE"]) return;
  if (existsSync(state.configFile) || existsSync(state.checkpointFile)) {
    throw new CommandError(
      `${state.passphraseFile} is missing, and without it the secrets in ${state.configFile} can't be read`,
      `put the passphrase file back from a backup. Without one, remove the containers and volumes labelled apexmcp.stack by hand, then delete ${state.directory}`,
    );
  }
  writeFileSync(state.passphraseFile, randomBytes(32).toString("base64url"), { mode: 0o600 });
}

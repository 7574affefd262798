import { existsSync } from "node:fs";
import { join } from "node:path";

import type { Release } from "../images/release";
import { readConfigFile, writeConfigFile } from "./configFile";
import {
  initialiseStack,
  prepareDevConfig,
  readDevConfig,
  readLocalConfig,
  type DevConfig,
} from "./devConfig";
import { releaseConfig } from "./releases";
import { createState, root, type State } from "./state";

/** Writes the stack's configuration with a release in it. @param say tells what takes more than a moment */
export function prepareConfig(
  state: State,
  release: Release,
  say: (text: string) => void,
): Promise<DevConfig> {
  return state.stack === "dev" ? prepareDevConfig(state, release, say) : prepareProdConfig(state, release);
}

/**
 * Production generates nothing: its plain values are committed in Pulumi.prod.yaml or are this machine's own, in
 * local.yaml; its secrets come from the environment, or were set with `pulumi config set --secret`.
 */
async function prepareProdConfig(state: State, release: Release): Promise<DevConfig> {
  createState(state);
  if (!existsSync(state.checkpointFile)) await initialiseStack(state);
  const committed = readConfigFile(join(root, "Pulumi.prod.yaml")).config;
  const { encryptionsalt, config: previous } = readConfigFile(state.configFile);
  const secrets = Object.entries(previous).filter(([, value]) => typeof value === "object");
  writeConfigFile(state.configFile, {
    ...(encryptionsalt ? { encryptionsalt } : {}),
    config: {
      ...Object.fromEntries(secrets),
      ...committed,
      ...readLocalConfig(state),
      ...releaseConfig(release),
    },
  });
  return readDevConfig(state);
}

import type { StackConfig } from "./config";
import { platform } from "./platform";

/** Everything on the local Docker engine; Vault initialises itself and keeps its key in a local file. */
export function dev(config: StackConfig) {
  return platform(config, {
    vaultInitFile: config.vaultInitFile,
    httpConnectors: config.httpConnectors === "true",
  });
}

import type { StackConfig } from "./config";
import { platform } from "./platform";

/** Production: Vault is initialised once, by an operator's `make vault-init`. */
export function prod(config: StackConfig) {
  return platform(config, {});
}

import { existsSync } from "node:fs";
import { join } from "node:path";

import { CeremonyLog, type Ceremony } from "../../provider/vault/ceremonyLog";
import type { State } from "../state";

/**
 * Notes in the log of Vault's ceremonies, where this deployment has one, that its key was copied or brought back: a
 * backup holds both.
 */
export function recordCeremony(
  state: State,
  event: Extract<Ceremony["event"], "backed up" | "restored">,
  details: Ceremony["details"],
): void {
  const path = join(state.directory, "vault-ceremonies.jsonl");
  if (!existsSync(path)) return;
  const log = CeremonyLog.open(path);
  const clusterId = log.entries().at(-1)?.clusterId;
  if (clusterId !== undefined) log.append({ event, clusterId, details });
}

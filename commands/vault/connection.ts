import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Log } from "../../provider/resource";
import { CeremonyLog } from "../../provider/vault/ceremonyLog";
import { VaultClient } from "../../provider/vault/client";
import { CommandError } from "../commandError";
import type { CommandContext } from "../command";

/** What every ceremony takes. */
export const connectionOptions = {
  "address URL": "where this machine reaches Vault (default: $VAULT_ADDR)",
  "ca FILE":
    "PEM of the CA that issued Vault's certificate (default: $VAULT_CACERT, else the state's ca.crt)",
  "log FILE": "ceremony log to append to (default: the state's vault-ceremonies.jsonl)",
} as const;

export interface Ceremonial {
  readonly client: VaultClient;
  readonly ceremonies: CeremonyLog;
  readonly log: Log;
  readonly caFile: string;
}

/**
 * Runs a ceremony against the Vault that the options name. Afterwards says how long the ceremony log is and its
 * last hash: noted in a job's log, it shows a log whose end was cut off.
 */
export async function withVault(
  { options, state }: CommandContext,
  ceremony: (with_: Ceremonial) => Promise<number | void>,
): Promise<number | void> {
  const address = options["address"] ?? process.env["VAULT_ADDR"];
  if (address === undefined || !address.startsWith("https://")) {
    throw new CommandError(
      address === undefined ? "Vault's address is not given" : `${address} is not an https:// address`,
      'give it: --address https://127.0.0.1:18200 (in ARGS="…"), or VAULT_ADDR',
    );
  }
  const caFile = options["ca"] ?? process.env["VAULT_CACERT"] ?? state.caFile;
  if (!existsSync(caFile)) {
    throw new CommandError(`there is no CA certificate at ${caFile}`, "name it: --ca FILE, or VAULT_CACERT");
  }
  return explained(async () => {
    const ceremonies = CeremonyLog.open(options["log"] ?? join(state.directory, "vault-ceremonies.jsonl"));
    await using client = new VaultClient({ address, caCertificate: readFileSync(caFile, "utf8") });
    const code = await ceremony({ client, ceremonies, log, caFile });
    const entries = ceremonies.entries();
    console.log(`ceremony log: ${entries.length} entries, head ${ceremonies.head}`);
    return code;
  });
}

/** Makes an error that is a message to a person one that is shown without its stack. */
export async function explained<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof CommandError || !(error instanceof Error) || error instanceof TypeError) throw error;
    throw new CommandError(error.message, "do what is said below, then run this again");
  }
}

let lastProgress = 0;
const log: Log = {
  // A wait reports several times a second; a person wants to know every few.
  progress: (message) => {
    if (Date.now() - lastProgress < 3_000) return;
    lastProgress = Date.now();
    console.error(message);
  },
  info: (message) => console.error(message),
  warn: (message) => console.error(`warning: ${message}`),
};

import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { VaultConnection } from "./vaultConnection";
import { answer, LoginRefused } from "./vaultAnswer";

/** Where the secret id must come from, so that a wrapping token of something else isn't used. */
const CREATION_PATH = "auth/approle/role/broker/secret-id";

const wrapping = z.object({ data: z.object({ creation_path: z.string() }) });
const unwrapped = z.object({ data: z.object({ secret_id: z.string().min(1) }) });
const keptSecretId = z.object({ wrapping: z.string(), secretId: z.string().min(1) });

/**
 * The secret id that a wrapping token gives out, which it does once: so it is kept, in a file for this user only
 * (0600), and taken from there for as long as the same token is deployed.
 *
 * @param directory on a volume that outlives the container
 * @throws LoginRefused when the token doesn't give it out, or it can't be kept; VaultUnavailable
 */
export async function secretIdOf(vault: VaultConnection, token: string, directory: string): Promise<string> {
  const file = join(directory, "secret-id.json");
  const wrappedBy = createHash("sha256").update(token).digest("hex");
  const kept = readKept(file);
  if (kept?.wrapping === wrappedBy) return kept.secretId;
  const secretId = await unwrap(vault, token);
  try {
    keep(file, { wrapping: wrappedBy, secretId });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new LoginRefused(
      `the secret id can't be kept in ${file} (${code}), so the next start would be without: make its volume ` +
        "writable for the broker's user and free space on it, then deploy again, which makes a new one",
    );
  }
  return secretId;
}

async function unwrap(vault: VaultConnection, token: string): Promise<string> {
  const used =
    "the secret id's wrapping token: it was used before, or its ten minutes are over. Deploy again: a deployment " +
    "makes a new one when nobody has logged in with this one. If it doesn't, this broker's volume was lost, or " +
    "somebody else used the token: replace the WrappedSecretId (pulumi up --replace)";
  const looked = await vault.request({ method: "POST", path: "sys/wrapping/lookup", body: { token } });
  if (answer(looked, wrapping, used).data.creation_path !== CREATION_PATH) {
    throw new LoginRefused(`the wrapping token wraps no secret id of ${CREATION_PATH}: somebody replaced it`);
  }
  const response = await vault.request({ method: "POST", path: "sys/wrapping/unwrap", token });
  return answer(response, unwrapped, used).data.secret_id;
}

function readKept(file: string): z.infer<typeof keptSecretId> | undefined {
  try {
    return keptSecretId.safeParse(JSON.parse(readFileSync(file, "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** Whole or not at all, whenever the machine stops. */
function keep(file: string, content: z.infer<typeof keptSecretId>): void {
  const draft = openSync(`${file}.tmp`, "w", 0o600);
  try {
    writeSync(draft, JSON.stringify(content));
    fsyncSync(draft);
  } finally {
    closeSync(draft);
  }
  renameSync(`${file}.tmp`, file);
}

import { fail, pass, probe } from "../probe";
import { containerOf } from "../target";
import { readSealStatus } from "./vaultRequest";

const persistent = new Set(["file", "raft", "postgresql", "consul"]);

/** Proves vault-storage-require-persistence: storage that survives a restart, on a volume. */
export const requirePersistence = probe("vault-storage-require-persistence", async (target) => {
  const { storage_type: storage, initialized } = await readSealStatus(target);
  if (!persistent.has(storage)) return fail(`Vault's storage is ${storage}`);
  if (!initialized) return fail("Vault is not initialised, so it stores nothing yet");
  if (storage !== "file") return pass(`storage is ${storage}`);
  const mount = containerOf(target, "vault").inspection.Mounts.find(
    ({ Destination }) => Destination === "/vault/file",
  );
  if (!mount?.RW || (mount.Type === "volume" && /^[0-9a-f]{64}$/.test(mount.Name ?? ""))) {
    return fail("Vault's files are not on a named volume");
  }
  return pass(`storage is file, on ${mount.Type} ${mount.Name ?? mount.Source}`);
});

import { fail, pass, probe } from "../probe";
import { containerOf } from "../target";
import { readSealStatus } from "./vaultRequest";

/** Proves vault-server-disallow-dev-mode, by the container's arguments and by what Vault says of its storage. */
export const disallowDevMode = probe("vault-server-disallow-dev-mode", async (target) => {
  const { Entrypoint, Cmd } = containerOf(target, "vault").inspection.Config;
  const flag = [...(Entrypoint ?? []), ...(Cmd ?? [])].find((argument) => /(^|\s)--?dev\b/.test(argument));
  if (flag !== undefined) return fail(`Vault is started with ${flag}`);
  const { storage_type: storage, initialized, version } = await readSealStatus(target);
  if (storage === "inmem") return fail("Vault keeps its data in memory");
  return pass(
    `Vault ${version}, ${initialized ? "initialised" : "not initialised"}, storage ${storage}, no -dev argument`,
  );
});

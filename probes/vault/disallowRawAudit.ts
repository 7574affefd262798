import { fail, pass, probe } from "../probe";
import { asDeployer } from "./asDeployer";
import { readAuditDevices } from "./auditDevices";

/** Proves vault-audit-disallow-raw, by the options with which Vault runs its audit devices. */
export const disallowRawAudit = probe("vault-audit-disallow-raw", async (target) => {
  const devices = await asDeployer(target, readAuditDevices);
  const raw = devices.filter(
    ({ options }) =>
      (options["log_raw"] ?? "false") !== "false" || (options["hmac_accessor"] ?? "true") !== "true",
  );
  if (raw.length > 0) return fail(`${raw.map(({ path }) => path).join(" and ")} hold values in clear`);
  return devices.length === 0 ? fail("Vault has no audit device") : pass("secrets and accessors are hashed");
});

import { stackPolicy } from "../definePolicy";

const auditDevice = "vault:index/audit:Audit";
/** What a program puts into a Vault that others are to use. */
const holders = new Set(["vault:index/mount:Mount", "vault:index/authBackend:AuthBackend"]);

/**
 * Requires a program that mounts secrets engines or auth methods to declare two audit devices: with none, nobody knows
 * who read what; with one, Vault answers nobody as soon as that one can't be written.
 */
export const requireAuditDevices = stackPolicy({
  finding: "vault-audit-require-devices",
  *checkStack(resources) {
    const holder = resources.find(({ type }) => holders.has(type));
    const devices = resources.filter(({ type }) => type === auditDevice);
    if (holder !== undefined && devices.length < 2) {
      yield {
        resource: holder,
        observed: `the program declares ${devices.length === 0 ? "no audit device" : "one audit device"}`,
        required: "two, each writing to another place",
      };
    }
  },
});

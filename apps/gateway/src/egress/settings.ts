import { networkInterfaces } from "node:os";
import type { Environment } from "../secrets/load";
import { isCidr, type AddressRules } from "./addressPolicy";

/**
 * The operator's rules: `EGRESS_ALLOW_CIDRS` and `EGRESS_DENY_CIDRS`, CIDRs or addresses separated by commas, empty
 * by default; beside them the networks that this machine or container is in. Adds a line to `problems` for each
 * entry that is neither.
 */
export function loadAddressRules(environment: Environment, problems: string[]): AddressRules {
  const cidrs = (name: string) => {
    const entries = (environment[name] ?? "").split(",").map((entry) => entry.trim());
    return entries.filter((entry) => {
      if (entry === "") return false;
      if (!isCidr(entry))
        problems.push(`${name} holds '${entry}': give CIDRs or addresses, separated by commas`);
      return isCidr(entry);
    });
  };
  return {
    allow: cidrs("EGRESS_ALLOW_CIDRS"),
    deny: cidrs("EGRESS_DENY_CIDRS"),
    own: Object.values(networkInterfaces()).flatMap(
      (addresses) => addresses?.flatMap(({ cidr }) => cidr ?? []) ?? [],
    ),
  };
}

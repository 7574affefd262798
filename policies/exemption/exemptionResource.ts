import type { Resource } from "../definePolicy";
import type { Exemption } from "../exemptions";

/** What a finding about an exemption is held against: no resource of the stack, so it has no URN. */
export function exemptionResource({ resource }: Exemption): Resource {
  return { type: "hardening:policy:Exemption", name: `exemption of ${resource}`, urn: "", props: {} };
}

import { Secret, type ResourceValidationPolicy } from "@pulumi/policy";

/**
 * Which inputs are Pulumi secrets.
 *
 * @pulumi/policy unwraps secrets before a validation sees them, but a remediation gets them wrapped: the property
 * descriptors of its inputs hold instances of `Secret` (1.21.0; the getters unwrap). The engine remediates each
 * resource right before it validates it, in the same process, so a remediation that changes nothing can note the
 * marks. This file alone leans on that; its test fails when the SDK's inside changes.
 */
const marks = new Map<string, ReadonlySet<string>>();

/**
 * Paths (`envs[0]`, `taskSpec.containerSpec.env.TOKEN`) of the inputs that are secrets; a path covers what is below
 * it. `undefined` when they weren't noted, as under a configuration that sets every policy to advisory.
 */
export function secretMarksOf(urn: string): ReadonlySet<string> | undefined {
  return marks.get(urn);
}

export const noteSecretMarks: ResourceValidationPolicy = {
  name: "note-secret-marks",
  description: "Notes which inputs are Pulumi secrets, for the policies that need to know; changes nothing",
  enforcementLevel: "remediate",
  remediateResource: (args) => {
    const paths = new Set<string>();
    collect(args.props, "", paths);
    marks.set(args.urn, paths);
  },
};

function collect(holder: object, prefix: string, paths: Set<string>): void {
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
    if (!descriptor.enumerable) continue;
    const value: unknown = descriptor.value;
    const path = Array.isArray(holder) ? `${prefix}[${key}]` : prefix ? `${prefix}.${key}` : key;
    if (value instanceof Secret) paths.add(path);
    else if (typeof value === "object" && value !== null) collect(value, path, paths);
  }
}

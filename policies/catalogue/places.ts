import type { Finding, Place } from "./finding";

/**
 * The places of a claim that is met by a policy and its test.
 *
 * @param component of all these claims, as is the probe
 */
export const policyAnd =
  (component: Place, probe: Place) =>
  (policy: string, test = policy): Finding["places"] => ({
    component,
    policy: `policies/${policy}.ts`,
    probe,
    test: `test/policies/${test}.test.ts`,
  });

/** Why there is no probe of what harms before the deploy only. */
export const onlyDeclared: Place = {
  none: "shows in the declaration only; nothing of it is left on the running stack to probe",
};

/** Of resources that this platform doesn't declare. */
export const elsewhere = policyAnd(
  { none: "this platform declares no such resource; the policy keeps it out of any program that does" },
  onlyDeclared,
);

/** Of the repository that the stack is deployed from. */
export const ofRepository = policyAnd("components/github/deliveryRepository.ts", onlyDeclared);

/** Of containers, but not of ours: HardenedContainer has no argument for it. */
export const otherContainers = policyAnd(
  { none: "not written by a component's users: HardenedContainer has no argument for it" },
  {
    none: "docker inspect shows it, and no probe asks yet: the stack's containers are made by HardenedContainer alone",
  },
);

export const hardenedContainer = "components/container/hardenedContainer.ts";

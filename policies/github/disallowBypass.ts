import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readFlag } from "../unknown";

/** Refuses ways around a protected branch: force pushes, deletion, and administrators who needn't comply. */
export const disallowBypass = definePolicy({
  finding: "github-branch-disallow-bypass",
  type: "github:index/branchProtection:BranchProtection",
  *check({ props }) {
    for (const input of ["allowsForcePushes", "allowsDeletions"]) {
      const value = readFlag(props, input);
      if (value) yield { observed: `${input} is ${masked(value)}`, required: "absent or false" };
    }
    const admins = readFlag(props, "enforceAdmins");
    if (admins !== true) yield { observed: `enforceAdmins is ${masked(admins)}`, required: "true" };
  },
});

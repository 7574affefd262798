import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readFlag } from "../unknown";
import { isGrant } from "./grants";

/** Refuses grants that their holder may pass on. */
export const disallowGrantOption = definePolicy({
  finding: "postgres-grant-disallow-grant-option",
  appliesTo: (type) => isGrant(type) || type === "postgresql:index/grantRole:GrantRole",
  *check({ props }) {
    for (const input of ["withGrantOption", "withAdminOption"]) {
      const value = readFlag(props, input);
      if (value) yield { observed: `${input} is ${masked(value)}`, required: "absent or false" };
    }
  },
});

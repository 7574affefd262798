import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText, unknown } from "../unknown";
import { isGrant } from "./grants";

/** Refuses grants to PUBLIC, which every role of the server is in, now and later. */
export const disallowPublicGrant = definePolicy({
  finding: "postgres-grant-disallow-public",
  appliesTo: isGrant,
  *check({ props }) {
    const role = readText(props, "role");
    if (role === unknown || role?.trim().toLowerCase() === "public") {
      yield { observed: `role is ${masked(role)}`, required: "the one role that needs it" };
    }
  },
});

import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readFlag } from "../unknown";

/**
 * Refuses SECURITY DEFINER functions that a program declares: the resource has no input for the function's own
 * search_path, so that its caller decides what the names in it mean. A SQL migration can write it.
 */
export const requirePinnedSearchPath = definePolicy({
  finding: "postgres-function-require-pinned-search-path",
  type: "postgresql:index/function:Function",
  *check({ props }) {
    const definer = readFlag(props, "securityDefiner");
    if (definer) {
      yield {
        observed: `securityDefiner is ${masked(definer)}`,
        required: "absent, or a migration that sets search_path",
      };
    }
  },
});

import { masked } from "../masked";
import { unknown } from "../unknown";
import { dockerPolicy } from "./containerPolicy";

/**
 * Refuses commands that the engine runs in a container as root or privileged, which is `docker exec --user root` and
 * `docker exec --privileged`: in compose's `post_start` and `pre_stop`.
 */
export const disallowPrivilegedHook = dockerPolicy({
  finding: "container-hook-disallow-privileged",
  *check({ hooks }) {
    for (const { path, user, privileged } of hooks) {
      if (privileged === true || privileged === unknown) {
        yield { observed: `${path}.privileged is ${masked(privileged)}`, required: "absent or false" };
      }
      if (user === unknown || /^(root|0+)(:|$)/.test(user?.trim() ?? "")) {
        yield { observed: `${path}.user is ${masked(user)}`, required: "absent, or a user other than root" };
      }
    }
  },
});

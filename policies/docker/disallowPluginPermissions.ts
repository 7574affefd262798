import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readFlag } from "../unknown";

/** Refuses engine plugins that get whatever they ask for: they run as root on the host. */
export const disallowPluginPermissions = definePolicy({
  finding: "docker-plugin-disallow-all-permissions",
  type: "docker:index/plugin:Plugin",
  *check({ props }) {
    const value = readFlag(props, "grantAllPermissions");
    if (value)
      yield {
        observed: `grantAllPermissions is ${masked(value)}`,
        required: "grantPermissions that names each",
      };
  },
});

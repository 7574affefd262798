import { masked } from "../masked";
import { unknown } from "../unknown";
import { containerPolicy } from "./containerPolicy";

/** Requires a user other than root. Absent, it would be the image's, which is root more often than not. */
export const requireNonRoot = containerPolicy({
  finding: "container-process-require-non-root",
  *check({ user }) {
    if (!user) return;
    const { path, value } = user;
    const name = typeof value === "string" ? value.trim().split(":")[0]!.toLowerCase() : "";
    if (value === unknown || name === "" || name === "root" || /^[+-]?0+$/.test(name)) {
      yield {
        observed: `${path} is ${masked(value)}`,
        required: "a user other than root, such as 1000:1000",
      };
    }
  },
});

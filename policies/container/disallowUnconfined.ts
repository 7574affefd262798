import { masked } from "../masked";
import { unknown } from "../unknown";
import { containerPolicy } from "./containerPolicy";

const unconfining = /^(seccomp|apparmor|systempaths)[:=]unconfined$|^label[:=]disable$/i;

/** Refuses to turn off Docker's default seccomp profile, AppArmor profile, SELinux labels and masked system paths. */
export const disallowUnconfined = containerPolicy({
  finding: "container-security-disallow-unconfined",
  *check({ securityOptions }) {
    if (!securityOptions) return;
    const { path, value } = securityOptions;
    if (value === unknown || value === undefined) return; // container-process-require-no-new-privileges refuses both
    for (const [index, option] of value.entries()) {
      if (option === unknown || unconfining.test(option.trim())) {
        yield {
          observed: `${path}[${index}] is ${masked(option)}`,
          required: "Docker's default profiles, or stricter ones",
        };
      }
    }
  },
});

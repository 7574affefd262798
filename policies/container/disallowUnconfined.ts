import { masked } from "../masked";
import { unknown } from "../unknown";
import { dockerPolicy } from "./containerPolicy";

const unconfining = /^(seccomp|apparmor|systempaths)[:=]unconfined$|^label[:=]disable$/i;

/** Refuses to turn off Docker's default seccomp profile, AppArmor profile, SELinux labels and masked system paths. */
export const disallowUnconfined = dockerPolicy({
  finding: "container-security-disallow-unconfined",
  *check({ securityOptions: { path, value } }) {
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

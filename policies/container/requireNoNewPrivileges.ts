import { unknown } from "../unknown";
import { containerPolicy } from "./containerPolicy";

/**
 * Requires no-new-privileges, so that no setuid program gains root. In Kubernetes that is
 * `allowPrivilegeEscalation: false`. `docker.Service` has no input for it: set it in the engine's daemon.json on
 * machines of a swarm.
 */
export const requireNoNewPrivileges = containerPolicy({
  finding: "container-process-require-no-new-privileges",
  *check({ securityOptions }) {
    if (!securityOptions) return;
    const { path, value } = securityOptions;
    const options = value === unknown ? [] : (value ?? []);
    if (
      !options.some((option) => option !== unknown && /^no-new-privileges([:=]true)?$/.test(option.trim()))
    ) {
      yield { observed: `${path} lacks no-new-privileges`, required: "no-new-privileges:true" };
    }
  },
});

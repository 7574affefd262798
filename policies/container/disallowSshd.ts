import { unknown } from "../unknown";
import { containerPolicy } from "./containerPolicy";

/** Refuses an SSH server in a container: docker exec is logged by the engine, and needs no keys. */
export const disallowSshd = containerPolicy({
  finding: "container-process-disallow-sshd",
  *check({ entrypoint, arguments: words }) {
    for (const { path, value } of [entrypoint, words]) {
      if (value === unknown || value === undefined) continue;
      for (const [index, word] of value.entries()) {
        if (word !== unknown && /(^|[\s/;&|])(sshd|dropbear)(\s|$|[;&|])/.test(word)) {
          yield { observed: `${path}[${index}] starts an SSH server`, required: "no SSH server" };
        }
      }
    }
  },
});

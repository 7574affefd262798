import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { read, readText, unknown } from "../unknown";

/** Requires overlay networks to encrypt what goes between machines: Docker doesn't by default. */
export const requireOverlayEncryption = definePolicy({
  finding: "docker-network-require-overlay-encryption",
  type: "docker:index/network:Network",
  *check({ props }) {
    if (readText(props, "driver") !== "overlay") return;
    const options = read(props, "options");
    const encrypted = options === unknown ? unknown : read(options, "encrypted");
    if (encrypted === undefined || encrypted === unknown || encrypted === "false" || encrypted === false) {
      yield { observed: `options.encrypted is ${masked(encrypted)}`, required: "true" };
    }
  },
});

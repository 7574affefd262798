import { masked } from "../masked";
import { unknown, type Unknown } from "../unknown";
import { containerPolicy } from "./containerPolicy";

interface Parameters {
  allowedCapabilities: string[];
}

const plain = (capability: string) => capability.trim().toUpperCase().replace(/^CAP_/, "");

/** Requires all capabilities to be dropped, and none added back but the allowed. */
export const requireDropAll = containerPolicy<Parameters>({
  finding: "container-capability-require-drop-all",
  parameters: {
    allowedCapabilities: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Capabilities that a container may add back, such as NET_BIND_SERVICE",
    },
  },
  *check({ droppedCapabilities: dropped, addedCapabilities: added }, { allowedCapabilities }) {
    if (!dropped || !added) return;
    const drops = dropped.value === unknown ? [] : (dropped.value ?? []);
    if (!drops.some((capability) => capability !== unknown && plain(capability) === "ALL")) {
      yield { observed: `${dropped.path} lacks ALL`, required: "ALL capabilities dropped" };
    }
    const allowed = new Set(allowedCapabilities.map(plain));
    const adds: (string | Unknown)[] = added.value === unknown ? [unknown] : (added.value ?? []);
    for (const capability of adds) {
      if (capability !== unknown && allowed.has(plain(capability))) continue;
      yield { observed: `${added.path} has ${masked(capability)}`, required: "no capability added back" };
    }
  },
});

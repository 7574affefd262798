import { declaresContainers } from "../container/containerSpec";
import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText, unknown } from "../unknown";
import { secondsOf } from "./duration";
import { serverConfigurations } from "./serverConfigurations";

interface Parameters {
  maximumSeconds: number;
}

const mountInputs = ["defaultLeaseTtlSeconds", "maxLeaseTtlSeconds"];
const setting = /\b(default_lease_ttl|max_lease_ttl)"?\s*[:=]\s*"?([\w.]+)"?/g;

/** Refuses to raise how long Vault's leases and tokens live above its own default, for a mount or the whole server. */
export const limitLeaseTtl = definePolicy<Parameters>({
  finding: "vault-lease-limit-ttl",
  appliesTo: (type) => type === "vault:index/mount:Mount" || declaresContainers(type),
  parameters: {
    maximumSeconds: {
      type: "integer",
      minimum: 1,
      default: 2764800,
      description: "Longest lease in seconds; 32 days is Vault's own default",
    },
  },
  *check({ type, props }, { maximumSeconds }) {
    const required = `absent, or at most ${maximumSeconds} s`;
    const tooLong = (duration: string) => (secondsOf(duration) ?? Infinity) > maximumSeconds;
    if (type === "vault:index/mount:Mount") {
      for (const input of mountInputs) {
        const value = readText(props, input);
        if (value !== undefined && value !== unknown && tooLong(value)) {
          yield { observed: `${input} is ${masked(value)}`, required };
        }
      }
      return;
    }
    for (const { path, text } of serverConfigurations(props)) {
      for (const [, name, value] of text.matchAll(setting)) {
        if (tooLong(value!)) yield { observed: `${path} sets ${name} to ${masked(value)}`, required };
      }
    }
  },
});

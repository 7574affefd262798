import { declaresContainers } from "../container/containerSpec";
import { definePolicy } from "../definePolicy";
import { serverConfigurations } from "./serverConfigurations";

/** Refuses a Vault server's configuration with in-memory storage, or with none. */
export const requirePersistence = definePolicy({
  finding: "vault-storage-require-persistence",
  appliesTo: declaresContainers,
  *check({ props }) {
    for (const { path, text } of serverConfigurations(props)) {
      if (/\b(?:storage|backend)"?\s*[:=]?\s*(?:\{\s*)?"inmem(_\w+)?"/.test(text)) {
        yield {
          observed: `${path} configures in-memory storage`,
          required: "storage that outlives the process",
        };
      }
    }
  },
});

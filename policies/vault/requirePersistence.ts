import { declaresContainers } from "../container/containerSpec";
import { definePolicy } from "../definePolicy";
import { texts } from "../texts";
import { serverConfigurations } from "./serverConfigurations";

/** Refuses a Vault server's configuration with in-memory storage, or with none. */
export const requirePersistence = definePolicy({
  finding: "vault-storage-require-persistence",
  appliesTo: declaresContainers,
  *check({ props }) {
    const configurations = [...serverConfigurations(props)];
    for (const { path, text } of configurations) {
      if (/\b(?:storage|backend)"?\s*[:=]?\s*(?:\{\s*)?"inmem(_\w+)?"/.test(text)) {
        yield {
          observed: `${path} configures in-memory storage`,
          required: "storage that outlives the process",
        };
      }
    }
    const [first] = configurations;
    // It may stand in a file of its own, beside the listener's.
    if (
      first !== undefined &&
      ![...texts(props)].some(({ value }) => /\b(?:storage|backend)\b/.test(value))
    ) {
      yield {
        observed: `${first.path} configures no storage`,
        required: "storage that outlives the process",
      };
    }
  },
});

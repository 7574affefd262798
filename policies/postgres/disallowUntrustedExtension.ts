import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText, unknown } from "../unknown";

interface Parameters {
  allowedExtensions: string[];
}

/** Languages that run as the server's own user (`plpython3u`, …), and what reads files or opens connections. */
const untrusted = /^(pl\w+u|plsh|adminpack|file_fdw|dblink|postgres_fdw|pg_file_settings|http|pg_net)$/;

/** Refuses extensions by which SQL leaves the database: to the server's files, programs or network. */
export const disallowUntrustedExtension = definePolicy<Parameters>({
  finding: "postgres-extension-disallow-untrusted",
  type: "postgresql:index/extension:Extension",
  parameters: {
    allowedExtensions: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Extensions that may be made all the same, such as postgres_fdw",
    },
  },
  *check({ props, name }, { allowedExtensions }) {
    const extension = readText(props, "name") ?? name;
    if (extension !== unknown && (allowedExtensions.includes(extension) || !untrusted.test(extension)))
      return;
    yield { observed: `name is ${masked(extension)}`, required: "an extension that stays in the database" };
  },
});

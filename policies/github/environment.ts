import type { ParameterSchemas } from "../definePolicy";
import { readText } from "../unknown";

export interface EnvironmentParameters {
  unreviewed: string[];
}

/** Of the policies on deployment environments. */
export const environmentParameters: ParameterSchemas = {
  unreviewed: {
    type: "array",
    items: { type: "string" },
    default: [],
    description: "Environments that hold no secret",
  },
};

/** Whether the environment is one that holds no secret. */
export function holdsNothing(props: unknown, { unreviewed }: EnvironmentParameters): boolean {
  const environment = readText(props, "environment");
  return typeof environment === "string" && unreviewed.includes(environment);
}

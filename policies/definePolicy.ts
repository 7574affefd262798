import type { PolicyConfigSchema } from "@pulumi/policy";

import type { FindingId } from "./findings";

/** What a policy looks at: one resource's declaration. */
export interface Resource {
  /** Pulumi's type token, e.g. `docker:index/container:Container`. */
  readonly type: string;
  /** Pulumi's name of the resource, without stack and type. */
  readonly name: string;
  readonly urn: string;
  /** The inputs; only to be read through `unknown.ts`. */
  readonly props: unknown;
  /** Paths of the inputs that are Pulumi secrets; `undefined` when that can't be told. */
  readonly secrets?: ReadonlySet<string>;
}

/** One thing wrong with one resource. Never holds a value that could be a secret. */
export interface Problem {
  /** What is there, e.g. `image is nginx:latest`. */
  readonly observed: string;
  /** What has to be there, e.g. `a tag other than latest`. */
  readonly required: string;
}

/** A policy's settings: JSON schema of each, with its default. */
export type ParameterSchemas = Record<
  string,
  PolicyConfigSchema["properties"][string] & { default: unknown; description: string }
>;

export interface PolicyDefinition {
  readonly finding: FindingId;
  /** The one type of resource it looks at, if it is one: the SDK then spares every other the policy's call. */
  readonly type?: string;
  /** Whether it looks at resources of this type; with neither, it looks at all. */
  readonly appliesTo?: (type: string) => boolean;
  readonly parameters?: ParameterSchemas;
  /** Every problem of the resource. `parameters` has the schemas' defaults filled in. */
  readonly check: (resource: Resource, parameters: never) => Iterable<Problem>;
}

/** One policy: the finding it guards, and how to see that a resource has it. */
export function definePolicy<P extends object = object>(
  definition: Omit<PolicyDefinition, "check"> & {
    check(resource: Resource, parameters: P): Iterable<Problem>;
  },
): PolicyDefinition {
  return definition;
}

/** Whether the policy looks at resources of this type. */
export function appliesTo(definition: PolicyDefinition, type: string): boolean {
  return definition.type === undefined ? (definition.appliesTo?.(type) ?? true) : definition.type === type;
}

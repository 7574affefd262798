import type { PolicyConfigSchema } from "@pulumi/policy";

import type { FindingId } from "./findings";

/** What a policy looks at: one resource's declaration. */
export interface Resource {
  /** Pulumi's type token, e.g. `docker:index/container:Container`. */
  readonly type: string;
  /** Pulumi's name of the resource, without stack and type. */
  readonly name: string;
  readonly urn: string;
  /** The inputs (`inputs.ts`); only to be read through `unknown.ts`. */
  readonly props: unknown;
  /** Paths of the inputs that are Pulumi secrets; `undefined` where nothing is marked, as in a compose file. */
  readonly secrets?: ReadonlySet<string>;
}

/** One thing wrong with one resource. Never holds a value that could be a secret. */
export interface Problem {
  /** What is there, e.g. `image is nginx:latest`. It names the input's path, by which a report finds the line. */
  readonly observed: string;
  /** What has to be there, e.g. `a tag other than latest`. */
  readonly required: string;
}

/** One thing wrong with how resources go together, held against one of them. */
export interface StackProblem extends Problem {
  readonly resource: Resource;
}

/** A policy's settings: JSON schema of each, with its default. */
export type ParameterSchemas = Record<
  string,
  PolicyConfigSchema["properties"][string] & { default: unknown; description: string }
>;

interface Definition {
  readonly finding: FindingId;
  readonly parameters?: ParameterSchemas;
}

export interface PolicyDefinition extends Definition {
  /** The one type of resource it looks at, if it is one. */
  readonly type?: string;
  /** Whether it looks at resources of this type; with neither, it looks at all. */
  readonly appliesTo?: (type: string) => boolean;
  /** Every problem of the resource. `parameters` has the schemas' defaults filled in. */
  readonly check: (resource: Resource, parameters: never) => Iterable<Problem>;
}

export interface StackPolicyDefinition extends Definition {
  /** Every problem between the resources of a stack. `parameters` has the schemas' defaults filled in. */
  readonly checkStack: (resources: readonly Resource[], parameters: never) => Iterable<StackProblem>;
}

/** One policy: the finding it guards, and how to see that a resource has it. */
export function definePolicy<P extends object = object>(
  definition: Omit<PolicyDefinition, "check"> & {
    check(resource: Resource, parameters: P): Iterable<Problem>;
  },
): PolicyDefinition {
  return definition;
}

/**
 * One policy on how a stack's resources go together. Pulumi asks it once all are known, which in an update is after
 * they were made: what one resource shows by itself belongs to {@link definePolicy}, which stops it before.
 */
export function stackPolicy<P extends object = object>(
  definition: Omit<StackPolicyDefinition, "checkStack"> & {
    checkStack(resources: readonly Resource[], parameters: P): Iterable<StackProblem>;
  },
): StackPolicyDefinition {
  return definition;
}

/** Whether the policy looks at resources of this type. */
export function appliesTo(definition: PolicyDefinition, type: string): boolean {
  return definition.type === undefined ? (definition.appliesTo?.(type) ?? true) : definition.type === type;
}

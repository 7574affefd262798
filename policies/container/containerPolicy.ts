import {
  definePolicy,
  type ParameterSchemas,
  type PolicyDefinition,
  type Problem,
  type Resource,
} from "../definePolicy";
import type { FindingId } from "../findings";
import { containerTypes, readContainer, type ContainerSpec } from "./containerSpec";

/** A policy on everything that declares a container, whatever its resource type. */
export function containerPolicy<P extends object = object>(definition: {
  finding: FindingId;
  parameters?: ParameterSchemas;
  check(container: ContainerSpec, parameters: P, resource: Resource): Iterable<Problem>;
}): PolicyDefinition {
  return definePolicy<P>({
    finding: definition.finding,
    types: containerTypes,
    parameters: definition.parameters,
    check: (resource, parameters) => definition.check(readContainer(resource), parameters, resource),
  });
}

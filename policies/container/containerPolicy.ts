import {
  definePolicy,
  type ParameterSchemas,
  type PolicyDefinition,
  type Problem,
  type Resource,
} from "../definePolicy";
import type { FindingId } from "../findings";
import {
  declaresContainers,
  dockerTypes,
  readContainers,
  readDocker,
  type ContainerCore,
  type ContainerSpec,
} from "./containerSpec";

interface Definition<Container, P> {
  finding: FindingId;
  parameters?: ParameterSchemas;
  check(container: Container, parameters: P, resource: Resource): Iterable<Problem>;
}

/** A policy on containers of whatever orchestrator. */
export function containerPolicy<P extends object = object>(
  definition: Definition<ContainerCore, P>,
): PolicyDefinition {
  return definePolicy<P>({
    finding: definition.finding,
    appliesTo: declaresContainers,
    parameters: definition.parameters,
    *check(resource, parameters) {
      for (const container of readContainers(resource))
        yield* definition.check(container, parameters, resource);
    },
  });
}

/** A policy on containers of the Docker engine, whose options other orchestrators have under other names or not at all. */
export function dockerPolicy<P extends object = object>(
  definition: Definition<ContainerSpec, P>,
): PolicyDefinition {
  return definePolicy<P>({
    finding: definition.finding,
    appliesTo: (type) => dockerTypes.has(type),
    parameters: definition.parameters,
    check: (resource, parameters) => definition.check(readDocker(resource), parameters, resource),
  });
}

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { stackLabels } from "./stackLabels";

/** A named volume `<stackName>-<service>-<content>` that outlives the stack: what is in it is no part of a deployment. */
export function dataVolume(
  parent: pulumi.Resource,
  name: string,
  { stackName, service, content }: { stackName: string; service: string; content: string },
): docker.Volume {
  return new docker.Volume(
    `${name}-${content}`,
    { name: `${stackName}-${service}-${content}`, labels: stackLabels(stackName) },
    { parent, retainOnDelete: true },
  );
}

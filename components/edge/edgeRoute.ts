import * as pulumi from "@pulumi/pulumi";

import type { Slot } from "../../provider/edge/routeFile";

export interface EdgeRouteArgs {
  /** Docker's name of the volume in which nginx looks. */
  readonly volume: pulumi.Input<string>;
  readonly image: pulumi.Input<string>;
  /** nginx's container; it needn't be there yet. */
  readonly container: string;
  /** Where the release runs that is served. */
  readonly slot: Slot;
}

/**
 * The slot whose gateway nginx asks, from one request to the next and without a reload. It depends on that gateway, so
 * it changes when that one is healthy, and Pulumi deletes the one before only then: nothing is asked that goes.
 */
export class EdgeRoute extends pulumi.CustomResource {
  constructor(name: string, args: EdgeRouteArgs, opts?: pulumi.CustomResourceOptions) {
    super("hardening:edge:Route", name, { ...args }, opts);
  }
}

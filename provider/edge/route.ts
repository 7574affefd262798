import { z } from "zod";

import type { Resource } from "../resource";
import { routeTo, routedSlot, slots } from "./routeFile";

const inputs = z.strictObject({
  volume: z.string().min(1).meta({ description: "Docker's name of the volume in which nginx looks." }),
  image: z.string().min(1).meta({ description: "nginx's image." }),
  container: z.string().min(1).meta({ description: "nginx's container; it needn't be there yet." }),
  slot: z.enum(slots).meta({ description: "Where the release runs that is served." }),
});

const outputs = z.object({
  served: z.enum(slots).meta({ description: "The slot whose gateway nginx asks, once it does." }),
});

/** `hardening:edge:Route`: the slot whose gateway nginx asks, from one request to the next. */
export const route: Resource<typeof inputs, typeof outputs> = {
  description: "Tells a running nginx which slot's gateway it asks, without a reload.",
  inputs,
  outputs,

  diff: async (_old, inputs, changed, { log }) => {
    if (changed.length > 0) return { changes: true };
    const routed = await routedSlot(inputs.container);
    if (routed === inputs.slot) return { changes: false };
    log.info(`${inputs.container} asks slot ${routed ?? "(it doesn't run)"}; it will be set again`);
    return { changes: true };
  },

  create: async (inputs) => {
    await routeTo(inputs);
    return { id: inputs.volume, outputs: { served: inputs.slot } };
  },

  update: async (_old, inputs) => {
    await routeTo(inputs);
    return { served: inputs.slot };
  },

  read: (old) => Promise.resolve(outputs.parse(old)),

  // It goes with its volume.
  delete: () => Promise.resolve(),
};

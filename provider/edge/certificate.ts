import { X509Certificate } from "node:crypto";

import { z } from "zod";

import type { Resource } from "../resource";
import { fingerprintOf } from "./certificatePair";
import { installCertificate } from "./installCertificate";
import { servedFingerprint } from "./servedCertificate";

const inputs = z.strictObject({
  volume: z.string().min(1).meta({ description: "Docker's name of the volume that nginx reads it from." }),
  image: z.string().min(1).meta({ description: "nginx's image." }),
  container: z.string().min(1).meta({ description: "nginx's container; it needn't be there yet." }),
  address: z.string().min(1).meta({ description: "IP address that nginx is published on." }),
  port: z.number().int().meta({ description: "Its https port there." }),
  serverName: z.string().min(1).meta({ description: "A host that it serves." }),
  certificate: z.string().min(1).meta({ description: "PEM; the leaf first, then the chain." }),
  privateKey: z.string().min(1).meta({ secret: true, description: "PEM." }),
  caCertificate: z.string().min(1).meta({ description: "PEM of the stack's own CA." }),
});

const outputs = z.object({
  fingerprint: z.string().meta({ description: "SHA-256 of the certificate." }),
  expires: z.string().meta({ description: "ISO 8601." }),
});

/**
 * `hardening:edge:Certificate`: the pair that nginx serves, changed without a new container and without a dropped
 * connection.
 */
export const certificate: Resource<typeof inputs, typeof outputs> = {
  description: "Puts nginx's certificate and key into its volume, and has a running nginx reload them.",
  inputs,
  outputs,

  diff: async (old, inputs, changed, { log }) => {
    if (changed.length > 0) return { changes: true };
    const served = await servedFingerprint(inputs).catch((error: Error) => error.message);
    if (served === old.fingerprint) return { changes: false };
    log.info(`${inputs.container} doesn't serve its certificate (${served}); it will be put in place again`);
    return { changes: true };
  },

  create: async (inputs) => {
    await installCertificate(inputs);
    return { id: inputs.volume, outputs: describe(inputs) };
  },

  update: async (_old, inputs) => {
    await installCertificate(inputs);
    return describe(inputs);
  },

  read: (old) => Promise.resolve(outputs.parse(old)),

  // It goes with its volume.
  delete: () => Promise.resolve(),
};

function describe({ certificate }: z.output<typeof inputs>): z.output<typeof outputs> {
  const expires = new Date(new X509Certificate(certificate).validTo).toISOString();
  return { fingerprint: fingerprintOf(certificate), expires };
}

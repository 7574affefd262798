import { z } from "zod";
import type { Resource, State } from "../resource";
import { bringUp, configuredKey, reinitialised } from "./bringUp";
import { VaultClient, type SealStatus, type VaultAddress } from "./client";
import { keyFingerprint, malformedUnsealKey, parseUnsealKey } from "./unsealKey";

const inputs = z.strictObject({
  address: z
    .string()
    .regex(/^https:\/\//, "must be an https:// address")
    .meta({ description: "Where Vault listens, https only." }),
  caCertificate: z
    .string()
    .includes("-----BEGIN CERTIFICATE-----", { message: "must be a PEM certificate" })
    .meta({
      description: "PEM; the CA that issued the certificate of Vault's listener, and the only one trusted.",
    }),
  unsealKey: z
    .string()
    .refine((text) => parseUnsealKey(text) !== undefined, malformedUnsealKey)
    .optional()
    .meta({ secret: true, description: "The 1-of-1 unseal key, as hex or base64." }),
  initialiseTo: z.string().min(1).optional().meta({
    description:
      "Development only: a file (mode 0600). An empty Vault is initialised, and its unseal key and root token are kept there; later runs read the key from it.",
  }),
  ceremonyLog: z.string().min(1).optional().meta({
    description: "A file to which each initialisation and unsealing is appended, since Vault audits neither.",
  }),
  trigger: z
    .string()
    .optional()
    .meta({ description: "Anything that changes when Vault's container does, such as its id." }),
});

const outputs = z.object({
  sealed: z
    .boolean()
    .meta({ description: "Always false after an update; true when a refresh found Vault sealed." }),
  clusterId: z.string().meta({ description: "Vault's own id, made when it was initialised." }),
  version: z.string().meta({ description: "Vault's version." }),
  keyFingerprint: z
    .string()
    .optional()
    .meta({ description: "Names the unseal key: sha256:… of its bytes, shortened." }),
  deployerRoleId: z
    .string()
    .optional()
    .meta({ description: "With initialiseTo: the AppRole with which deployments configure Vault." }),
  deployerSecretId: z
    .string()
    .optional()
    .meta({ secret: true, description: "The secret id of that AppRole." }),
});

export type SealInputs = z.output<typeof inputs>;
export type SealOutputs = z.output<typeof outputs>;
export type SealState = State<typeof inputs, typeof outputs>;

/** `hardening:vault:Seal`: Vault answers, is unsealed and takes writes, after every `pulumi up`. */
export const seal: Resource<typeof inputs, typeof outputs> = {
  description: "Waits until Vault answers, and unseals it when it is sealed.",
  inputs,
  outputs,

  check: ({ unsealKey, initialiseTo }) =>
    unsealKey !== undefined && initialiseTo !== undefined
      ? [{ property: "initialiseTo", reason: "give either unsealKey or initialiseTo: one Vault has one key" }]
      : [],

  diff: async (old, inputs, changed, { log, urn }) => {
    if (changed.length > 0) {
      return { changes: true };
    }
    let status: SealStatus;
    try {
      status = await look(inputs);
    } catch (error) {
      log.warn(`${(error as Error).message}. Nothing is known of its seal; pulumi up will wait for it.`);
      return { changes: true };
    }
    if (status.cluster_id !== undefined && status.cluster_id !== old.clusterId) {
      throw reinitialised(inputs.address, `its cluster is ${status.cluster_id}`, { old, urn });
    }
    const key = configuredKey(inputs);
    return {
      changes:
        !status.initialized ||
        status.sealed ||
        old.sealed ||
        status.version !== old.version ||
        (key !== undefined && keyFingerprint(key) !== old.keyFingerprint),
    };
  },

  create: async (inputs, context) => {
    const outputs = await bringUp(inputs, undefined, context);
    return { id: outputs.clusterId, outputs };
  },

  update: (old, inputs, context) => bringUp(inputs, old, context),

  read: async (old, { log }) => {
    // The recorded cluster stays: a refresh must not accept a Vault that was initialised anew.
    const recorded = outputs.parse(old);
    try {
      const { sealed, version } = await look(old);
      return { ...recorded, sealed, version };
    } catch (error) {
      log.warn(`${(error as Error).message}. Its state is kept as it was recorded.`);
      return recorded;
    }
  },

  // What is in Vault outlives the resource that unsealed it.
  delete: () => Promise.resolve(),
};

async function look(server: VaultAddress): Promise<SealStatus> {
  await using client = new VaultClient(server, 2_000);
  return await client.sealStatus();
}

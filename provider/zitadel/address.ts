import { createPrivateKey } from "node:crypto";

import { z } from "zod";

import type { ZitadelAddress } from "./connection";

/** The inputs by which every Zitadel resource is told where Zitadel is. */
export const addressInputs = {
  address: z
    .string()
    .regex(/^https:\/\//, "must be an https:// address")
    .meta({
      description: "Where Zitadel's API listens; with a tunnel, as the machine at its end reaches it.",
    }),
  origin: z
    .string()
    .regex(/^https:\/\/[^/]+$/, "must be an https origin such as https://auth.example.com")
    .meta({ description: "The instance's own origin, which is its issuer too." }),
  caCertificate: z
    .string()
    .includes("-----BEGIN CERTIFICATE-----", { message: "must be a PEM certificate" })
    .meta({ description: "PEM; the CA that issued Zitadel's certificate, and the only one trusted." }),
  deployerKey: z.string().refine(isRsaKey, "must be an RSA private key as PEM").meta({
    secret: true,
    description: "Of the system user `deployer`; signs tokens that live for a minute.",
  }),
  tunnelHost: z.string().min(1).optional().meta({ description: "SSH server to go through. Default: none." }),
  tunnelPort: z.number().int().min(1).max(65535).optional(),
  tunnelUser: z.string().min(1).optional(),
  tunnelPrivateKey: z
    .string()
    .min(1)
    .optional()
    .meta({ secret: true, description: "PEM or OpenSSH format." }),
  tunnelHostKey: z
    .string()
    .regex(
      /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp256) [A-Za-z0-9+/=]+/,
      "must be a line of known_hosts without the host",
    )
    .optional()
    .meta({ description: "The SSH server's public key; no other is trusted." }),
  trigger: z
    .string()
    .optional()
    .meta({ description: "Anything that changes when Zitadel's container does, such as its id." }),
};

export type AddressInputs = z.output<z.ZodObject<typeof addressInputs>>;
/** A change of these alone changes nothing at Zitadel. */
export const addressKeys = Object.keys(addressInputs);

const tunnelKeys = ["tunnelHost", "tunnelPort", "tunnelUser", "tunnelPrivateKey", "tunnelHostKey"] as const;

/** The tunnel is given whole or not at all. */
export function checkTunnel(inputs: Partial<AddressInputs>) {
  const missing = tunnelKeys.filter((key) => inputs[key] === undefined);
  return missing.length === 0 || missing.length === tunnelKeys.length
    ? []
    : missing.map((property) => ({
        property,
        reason: "is missing: a tunnel needs host, port, user, key and host key",
      }));
}

export function serverOf(inputs: AddressInputs): ZitadelAddress {
  const { address, origin, caCertificate, deployerKey, tunnelHost, tunnelPort } = inputs;
  const { tunnelUser, tunnelPrivateKey, tunnelHostKey } = inputs;
  const tunnel =
    tunnelHost && tunnelPort && tunnelUser && tunnelPrivateKey && tunnelHostKey
      ? {
          host: tunnelHost,
          port: tunnelPort,
          user: tunnelUser,
          privateKey: tunnelPrivateKey,
          hostKey: tunnelHostKey,
        }
      : undefined;
  return { address, origin, caCertificate, deployerKey, tunnel };
}

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}

import { z } from "zod";

/** Inputs that say where a server is and as whom to connect; every resource of this folder has them. */
export const server = {
  host: z
    .string()
    .min(1)
    .meta({ description: "Where PostgreSQL listens; its certificate must be for this name." }),
  port: z.number().int().min(1).max(65535),
  database: z.string().min(1),
  password: z.string().min(1).meta({ secret: true }),
  caCertificate: z
    .string()
    .includes("-----BEGIN CERTIFICATE-----", { message: "must be a PEM certificate" })
    .meta({ description: "PEM; the CA that issued the server's certificate, and the only one trusted." }),
} as const;

/** Milliseconds that an update waits for a database that isn't up yet. */
export const patience = 60_000;

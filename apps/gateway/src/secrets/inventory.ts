interface InventoryEntry {
  purpose: string;
  /** The one process that takes it; the broker takes VAULT_JWT_SECRET as well. */
  service: "gateway" | "broker";
  /** May be left out. */
  optional?: boolean;
}

/**
 * Every secret that this package's source refers to. Each is injected as a file of its name under the secrets folder
 * (/run/secrets in a container); the gateway's may come as environment variables of their names too. Article
 * finding 3.
 */
export const secretInventory = {
  OAUTH_JWT_SECRET: { purpose: "signs and verifies agent tokens (HS256)", service: "gateway" },
  OAUTH_JWT_SECRET_PREVIOUS: {
    purpose: "verifies agent tokens signed before OAUTH_JWT_SECRET was changed",
    service: "gateway",
    optional: true,
  },
  VAULT_JWT_SECRET: {
    purpose: "signs the 60-second tokens that the credential broker accepts (HS256)",
    service: "gateway",
  },
  POSTGRES_APP_PASSWORD: { purpose: "PostgreSQL password of the role apexmcp_app", service: "gateway" },
  REDIS_PASSWORD: {
    purpose: "password of the Valkey or Redis in which replicas count requests",
    service: "gateway",
    optional: true,
  },
  VAULT_WRAPPED_SECRET_ID: {
    purpose: "lets the broker log in to Vault, once",
    service: "broker",
    optional: true,
  },
} as const satisfies Record<string, InventoryEntry>;

export type InventoryName = keyof typeof secretInventory;

/** A secret of the gateway's process. */
export type SecretName = {
  [Name in InventoryName]: (typeof secretInventory)[Name]["service"] extends "gateway" ? Name : never;
}[InventoryName];

export const inventoryNames = Object.keys(secretInventory) as InventoryName[];

export const secretNames = inventoryNames.filter(
  (name): name is SecretName => secretInventory[name].service === "gateway",
);

export function isOptional(name: InventoryName): boolean {
  const entry: InventoryEntry = secretInventory[name];
  return entry.optional ?? false;
}

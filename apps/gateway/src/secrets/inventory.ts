/**
 * Every secret the gateway's source refers to. Each is injected as a file of its name under the secrets folder
 * (/run/secrets in a container) or as an environment variable of its name. Article finding 3.
 */
export const secretInventory = {
  OAUTH_JWT_SECRET: { purpose: "signs and verifies agent tokens (HS256)" },
  VAULT_JWT_SECRET: { purpose: "signs the 60-second tokens that the credential broker accepts (HS256)" },
  POSTGRES_APP_PASSWORD: { purpose: "PostgreSQL password of the role apexmcp_app" },
} as const satisfies Record<string, { purpose: string }>;

export type SecretName = keyof typeof secretInventory;

export const secretNames = Object.keys(secretInventory) as SecretName[];

/** Whom a token is for, and what it permits where. */
export interface Grant {
  /** `agent:<id>` or `user:<id>`, as in the audit log. */
  actor: string;
  organisationId: string;
  /** The one resource that the token was presented to, and that accepts it (RFC 8707). */
  resource: string;
  scopes: readonly string[];
}

declare module "fastify" {
  interface FastifyRequest {
    /** Of a request that passed `Authorise`. */
    grant: Grant | undefined;
  }
}

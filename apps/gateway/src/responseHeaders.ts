import fastifyCors from "@fastify/cors";
import fastifyHelmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";

const YEAR = 31_536_000;

/** Security headers on every answer, refusals and /mcp/* included. Article finding 4. */
export async function registerSecurityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(fastifyHelmet, {
    // Nothing here is a page.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
    },
    strictTransportSecurity: { maxAge: YEAR, includeSubDomains: true, preload: true },
    referrerPolicy: { policy: "no-referrer" },
  });
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers({
      "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
      "cache-control": "no-store",
      "x-request-id": request.id,
    });
    done();
  });
}

/**
 * CORS on every route, /mcp/* included. Only the exact origins get its headers; `Vary: Origin` is there for all, so
 * that no cache gives one origin's answer to another. Article finding 4.
 */
export async function registerCors(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  await app.register(fastifyCors, {
    origin: [...origins],
    methods: ["GET", "POST", "PATCH", "DELETE"],
    allowedHeaders: [
      "authorization",
      "content-type",
      "last-event-id",
      "mcp-method",
      "mcp-name",
      "mcp-protocol-version",
      "mcp-session-id",
    ],
    exposedHeaders: [
      "mcp-protocol-version",
      "mcp-session-id",
      "ratelimit-limit",
      "ratelimit-remaining",
      "ratelimit-reset",
      "retry-after",
      "www-authenticate",
      "x-request-id",
    ],
    maxAge: 600,
  });
}

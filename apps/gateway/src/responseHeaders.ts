import fastifyCors from "@fastify/cors";
import fastifyHelmet from "@fastify/helmet";
import fastify, { type FastifyInstance } from "fastify";
import { Problem } from "./problems";

const YEAR = 31_536_000;
/** Beside helmet's. */
const constant = {
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
  "cache-control": "no-store",
};

/** Security headers on every answer, refusals and /mcp/* included. Article finding 4. */
export async function registerSecurityHeaders(app: FastifyInstance): Promise<void> {
  const headers = await helmetHeaders();
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers({ ...headers, "x-request-id": request.id });
    done();
  });
}

/** Helmet's, which are the same on every answer: made once, since making them costs as much as all else on a request. */
async function helmetHeaders(): Promise<Record<string, string>> {
  const sample = fastify();
  await sample.register(fastifyHelmet, {
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
  sample.get("/", (_request, reply) => reply.headers(constant).send());
  const { headers } = await sample.inject("/");
  await sample.close();
  const ofTransport = ["connection", "content-length", "date"];
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !ofTransport.includes(name)),
  ) as Record<string, string>;
}

/**
 * CORS on every route, /mcp/* included. Only the exact origins get its headers; `Vary: Origin` is there for all, so
 * that no cache gives one origin's answer to another. Article finding 4.
 *
 * On /mcp/* a request that names another origin is refused with 403, as MCP's transport asks against DNS rebinding;
 * one that names none comes from no web page.
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

  const allowed = new Set(origins);
  app.addHook("onRequest", (request, _reply, done) => {
    const { origin } = request.headers;
    // The route, not the path as it was written, which can be encoded.
    const isMcp = request.routeOptions.url?.startsWith("/mcp/") === true;
    if (origin === undefined || !isMcp || allowed.has(origin)) return done();
    done(new Problem("origin-refused", "tell the operator to add this page's origin to CORS_ORIGINS"));
  });
}

import type { FastifyInstance, FastifyRequest } from "fastify";
import type { RequestTokenVerifier } from "../tokens/requestToken";
import { Problem } from "./problem";

declare module "fastify" {
  interface FastifyRequest {
    /** The service whose token was accepted, and the token's id; undefined until then. */
    caller: { subject: string; id: string } | undefined;
    /** Why the token was refused. */
    refusal: string | undefined;
  }
}

/**
 * Lets a request in only with a request token made for it. A body must still be the bytes that were sent, so
 * register no parser that changes them. Article finding 7.
 */
export function requireRequestToken(app: FastifyInstance, verifier: RequestTokenVerifier): void {
  app.decorateRequest("caller", undefined);
  app.decorateRequest("refusal", undefined);
  app.addHook("preHandler", (request: FastifyRequest, _reply, done) => {
    const token = /^Bearer ([^ ]+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined) {
      request.refusal = "missing";
      throw new Problem("token-refused", "send a request token as 'authorization: Bearer'");
    }
    const body = request.body instanceof Buffer ? request.body : undefined;
    const path = request.raw.url ?? "";
    const result = verifier.verify(token, { method: request.method, path, body });
    if (result.ok) {
      request.caller = { subject: result.subject, id: result.id };
      done();
      return;
    }
    request.refusal = result.reason;
    if (result.reason === "replay-store-full") {
      throw new Problem("overloaded", "the broker remembers no more token ids; try again", 1);
    }
    throw new Problem("token-refused", `sign a new token for this very request (${result.reason})`);
  });
}

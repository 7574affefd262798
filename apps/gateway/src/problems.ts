import type { FastifyInstance, FastifyReply } from "fastify";

/** Every way in which the gateway says no over HTTP, outside MCP's own errors. */
export const problems = {
  "bad-request": { status: 400, title: "The request can't be read" },
  unauthenticated: { status: 401, title: "A valid token is needed" },
  forbidden: { status: 403, title: "The token doesn't permit this" },
  "origin-refused": { status: 403, title: "Web pages of this origin may not call the gateway" },
  "not-found": { status: 404, title: "There is nothing here" },
  "name-taken": { status: 409, title: "There is a connector of this name" },
  "credential-needed": { status: 409, title: "The credential must be given again" },
  "changed-meanwhile": { status: 409, title: "Somebody else changed it at the same time" },
  "too-large": { status: 413, title: "The request is too large" },
  "unsupported-media-type": { status: 415, title: "The body's type is not supported" },
  "url-refused": { status: 422, title: "The gateway must not reach this URL" },
  "rate-limited": { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "The gateway failed" },
  "audit-unavailable": { status: 503, title: "The audit log can't be written" },
  unavailable: { status: 503, title: "A service the gateway needs doesn't answer" },
  overloaded: { status: 503, title: "The gateway is overloaded" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

/** An answer other than success. `detail` says what to do; it goes to the caller, so it holds no secret. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`${code}: ${detail}`);
  }
}

/** Answers every error as application/problem+json (RFC 9457) with a `code`; one of ours tells only its id. */
export function registerProblems(app: FastifyInstance): void {
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, new Problem("not-found", "check the path and the method")),
  );
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.code === "internal") request.log.error({ err: error }, "failed");
    else if (problem.cause !== undefined) request.log.warn({ err: problem.cause }, problem.code);
    return sendProblem(reply, problem);
  });
}

export function sendProblem(reply: FastifyReply, { code, detail, headers }: Problem): FastifyReply {
  const { status, title } = problems[code];
  return reply
    .code(status)
    .headers(headers)
    .type("application/problem+json")
    .send(
      JSON.stringify({
        type: `urn:apexmcp:problem:${code}`,
        code,
        title,
        status,
        detail,
        request: reply.request.id,
      }),
    );
}

/** What to answer for any error. The texts of errors that aren't ours are not passed on. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, statusCode, validation } = error as Record<string, unknown>;
  if (validation !== undefined) return new Problem("bad-request", String((error as Error).message));
  if (code === "FST_UNDER_PRESSURE")
    return new Problem("overloaded", "try again after the time in Retry-After");
  if (statusCode === 413) return new Problem("too-large", "send a smaller body");
  if (statusCode === 415) return new Problem("unsupported-media-type", "send application/json");
  if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500)
    return new Problem("bad-request", "send a well-formed request");
  return new Problem("internal", "try again; if it goes on, tell the operator the request's id");
}

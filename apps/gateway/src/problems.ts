import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AuditEntry } from "./audit/auditLog";
import type { Refusals } from "./audit/refusals";

/** Every way in which the gateway says no over HTTP, outside MCP's own errors. */
export const problems = {
  "bad-request": { status: 400, title: "The request can't be read" },
  unauthenticated: { status: 401, title: "A valid token is needed" },
  forbidden: { status: 403, title: "The token doesn't permit this" },
  "origin-refused": { status: 403, title: "Web pages of this origin may not call the gateway" },
  "not-found": { status: 404, title: "There is nothing here" },
  "too-slow": { status: 408, title: "The request takes too long to arrive" },
  "name-taken": { status: 409, title: "There is a connector of this name" },
  "credential-needed": { status: 409, title: "The credential must be given again" },
  "changed-meanwhile": { status: 409, title: "Somebody else changed it at the same time" },
  "too-large": { status: 413, title: "The request is too large" },
  "unsupported-media-type": { status: 415, title: "The body's type is not supported" },
  "url-refused": { status: 422, title: "The gateway must not reach this URL" },
  "rate-limited": { status: 429, title: "Too many requests" },
  "headers-too-large": { status: 431, title: "The request's headers are too large" },
  "upstream-failed": { status: 502, title: "The connector's upstream doesn't answer as it should" },
  internal: { status: 500, title: "The gateway failed" },
  "audit-unavailable": { status: 503, title: "The audit log can't be written" },
  unavailable: { status: 503, title: "A service the gateway needs doesn't answer" },
  "upstream-timeout": { status: 504, title: "The connector's upstream doesn't answer in time" },
  overloaded: { status: 503, title: "The gateway is overloaded" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

/** An answer other than success. `detail` says what to do; it goes to the caller, so it holds no secret. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly headers: Readonly<Record<string, string>> = {},
    /** What the audit log is told beside who, where and the code. */
    readonly audit: Partial<AuditEntry> = {},
  ) {
    super(`${code}: ${detail}`);
  }

  /** The same, of which the audit log is told more. */
  of(audit: Partial<AuditEntry>): Problem {
    const problem = new Problem(this.code, this.detail, this.headers, { ...audit, ...this.audit });
    problem.cause = this.cause;
    return problem;
  }
}

/**
 * Answers every error as application/problem+json (RFC 9457) with a `code`; one of ours tells only its id. A refusal
 * is in the audit log before it is answered, or the answer is that it can't be.
 */
export function registerProblems(app: FastifyInstance, refusals: Refusals): void {
  app.setNotFoundHandler((request, reply) =>
    refuse(new Problem("not-found", "check the path and the method"), request, reply, refusals),
  );
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply, refusals));
}

export async function refuse(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  refusals: Refusals,
): Promise<FastifyReply> {
  let problem = problemOf(error);
  if (!recordedElsewhere.has(problem.code))
    await refusals
      .record(entryOf(problem, request))
      .catch((failure: unknown) => (problem = problemOf(failure)));
  if (problem.code === "internal") request.log.error({ err: error }, "failed");
  else if (problem.cause !== undefined) request.log.warn({ err: problem.cause }, problem.code);
  return sendProblem(reply, problem);
}

/** What is in the audit log as what came of the call; and what can't be there. */
const recordedElsewhere: ReadonlySet<ProblemCode> = new Set([
  "upstream-failed",
  "upstream-timeout",
  "audit-unavailable",
]);

/** Whether somebody was turned away; else something failed. */
function isRefusal({ code }: Problem): boolean {
  return problems[code].status < 500 || code === "overloaded";
}

/** The route, never the URL, which can hold what is secret. */
function entryOf(
  problem: Problem,
  { id, ip, method, grant, routeOptions }: FastifyRequest,
): Omit<AuditEntry, "outcome"> & { outcome: "refused" | "failed" } {
  const { code, audit } = problem;
  const refused = isRefusal(problem);
  return {
    organisationId: grant?.organisationId,
    actor: grant?.actor ?? "system:anonymous",
    action: refused ? "request.refuse" : "request.fail",
    requestId: id,
    ...audit,
    outcome: refused ? "refused" : "failed",
    detail: { code, address: ip, method, route: routeOptions.url ?? "none", ...audit.detail },
  };
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problems[problem.code].status)
    .headers(problem.headers)
    .type("application/problem+json")
    .send(problemBody(problem, reply.request.id));
}

/** As JSON. @param request its id, when there is one */
export function problemBody({ code, detail }: Problem, request?: string): string {
  const { status, title } = problems[code];
  return JSON.stringify({ type: `urn:apexmcp:problem:${code}`, code, title, status, detail, request });
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

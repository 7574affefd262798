import type { FastifyReply } from "fastify";
import { PROBLEM_TYPE, problems, type ProblemCode } from "./protocol";

/** An answer other than success. Its texts go to the caller: they hold no secret and nothing the caller sent. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    /** Seconds. */
    readonly retryAfter?: number,
  ) {
    super(`${code}: ${detail}`);
  }
}

/** Answers as application/problem+json (RFC 9457). */
export async function sendProblem(reply: FastifyReply, { code, detail, retryAfter }: Problem): Promise<void> {
  const { status, title } = problems[code];
  if (retryAfter !== undefined) void reply.header("retry-after", retryAfter);
  if (status === 401) void reply.header("www-authenticate", 'Bearer error="invalid_token"');
  await reply
    .code(status)
    .type("application/problem+json")
    .send(JSON.stringify({ type: PROBLEM_TYPE + code, title, status, detail }));
}

/** What to answer for an error that is not ours, or undefined when it is none of the caller's business. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return new Problem("too-large", "send at most 64 KiB");
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return new Problem("not-json", "send application/json");
  if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500) {
    return new Problem("bad-request", "send a well-formed HTTP request");
  }
  return undefined;
}

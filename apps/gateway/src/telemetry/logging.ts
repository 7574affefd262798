import type { FastifyRequest } from "fastify";

interface LogStream {
  write: (line: string) => void;
}

/** Nothing of ours puts these in a log line; this is the net below a later mistake. */
const REDACTED = [
  ...["authorization", "cookie", "token", "secret", "secretId", "password", "credential", "headers", "body"],
].flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/**
 * Structured logs (pino), one JSON line each: of a request its path without the query, which can hold a token; of an
 * error its type, code, message and stack, since some carry what an upstream sent along.
 */
export function loggerOptions(level: string, stream?: LogStream) {
  return {
    level,
    redact: REDACTED,
    serializers: {
      req: ({ method, url, ip }: FastifyRequest) => ({ method, path: url.split("?")[0], remoteAddress: ip }),
      err: describeError,
    },
    ...(stream && { stream }),
  };
}

function describeError(error: unknown): { type: string; message: string; stack: string; code?: string } {
  if (!(error instanceof Error)) return { type: typeof error, message: "", stack: "" };
  const { name, message, stack = "", code, cause } = error as NodeJS.ErrnoException;
  return {
    type: name,
    message,
    stack,
    ...(typeof code === "string" && { code }),
    ...(cause !== undefined && { cause: describeError(cause) }),
  };
}

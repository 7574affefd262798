import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import type { Refusals } from "./audit/refusals";
import { Problem, problemBody, problemOf, problems } from "./problems";

/** More errors come from one connection while its end is written. */
const refused = new WeakSet<Socket>();

/**
 * Answers what is no HTTP request, or comes too slowly to be one: a typed problem, in the audit log before it is told,
 * and the connection's end. What follows on the connection is not read, since nobody knows where a request begins.
 */
export async function refuseConnection(
  error: NodeJS.ErrnoException,
  socket: Socket,
  refusals: Refusals,
): Promise<void> {
  if (error.code === "ECONNRESET" || socket.destroyed || refused.has(socket)) return;
  refused.add(socket);
  let problem = problemOfConnection(error.code);
  const detail = {
    code: problem.code,
    address: socket.remoteAddress ?? "unknown",
    reason: error.code ?? "unknown",
  };
  await refusals
    .record({ actor: "system:anonymous", action: "request.refuse", detail })
    .catch((failure: unknown) => (problem = problemOf(failure)));
  if (!socket.writable) return void socket.destroy();
  const { status } = problems[problem.code];
  const body = problemBody(problem);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "content-type: application/problem+json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "cache-control: no-store",
    "x-content-type-options: nosniff",
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}

/**
 * What Node.js would otherwise answer by itself, unrecorded: CONNECT, with a closed connection, and what expects
 * something else than to be continued, with 417. The latter is a request as any other (RFC 9110, section 10.1.1).
 */
export function refuseTunnels({ server }: FastifyInstance, refusals: Refusals): void {
  server.on("connect", (_request, socket) => {
    const error = Object.assign(new Error("CONNECT"), { code: "CONNECT" });
    void refuseConnection(error, socket as Socket, refusals);
  });
  server.on("checkExpectation", (request, response) => server.emit("request", request, response));
}

function problemOfConnection(code: string | undefined): Problem {
  if (code === "HPE_HEADER_OVERFLOW")
    return new Problem("headers-too-large", "send less than 16 KiB of headers");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT")
    return new Problem("too-slow", "send the whole request without a pause");
  return new Problem("bad-request", "send a well-formed HTTP/1.1 request");
}

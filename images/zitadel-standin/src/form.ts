import { ConnectError } from "@connectrpc/connect";
import type { IncomingMessage } from "node:http";

const longest = 20_000;

/** Fields of a form that is sent as a request's body. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = "";
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > longest) throw new ConnectError("Form is too long");
  }
  return new URLSearchParams(body);
}

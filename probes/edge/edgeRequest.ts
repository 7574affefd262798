import { createSecureContext, type SecureContext } from "node:tls";

import { Agent, type Dispatcher, request } from "undici";

import { machineCas } from "../../provider/edge/certificatePair";
import type { Target } from "../target";

export interface EdgeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export type EdgeRequest = (
  origin: string,
  path: string,
  options?: {
    method?: Dispatcher.HttpMethod;
    form?: Record<string, string>;
    headers?: Record<string, string>;
  },
) => Promise<EdgeAnswer>;

/** The hosts that the edge serves, each by its origin. */
export const edgeOrigins = ({ publicUrl, authUrl }: Target) => ({ gateway: publicUrl, identity: authUrl });

/** Whom clients of the edge trust: its certificate may be by the stack's own CA or by a public one. */
export function edgeTrust({ caCertificate }: Pick<Target, "caCertificate">): SecureContext {
  let context = contexts.get(caCertificate);
  if (!context) {
    context = createSecureContext({ ca: [caCertificate, ...machineCas()] });
    contexts.set(caCertificate, context);
  }
  return context;
}
/** By CA: hundreds of certificates, which are too many to parse for each connection. */
const contexts = new Map<string, SecureContext>();

/** Does work with requests to the edge where it is published, whatever its hosts' names resolve to here. */
export async function withEdge<T>(target: Target, work: (send: EdgeRequest) => Promise<T>): Promise<T> {
  const edge = new URL(target.edgeUrl);
  const agent = new Agent({ connect: { secureContext: edgeTrust(target), timeout: 5000 } });
  try {
    return await work(async (origin, path, { method = "GET", form, headers } = {}) => {
      const response = await request(`${edge.origin}${path}`, {
        dispatcher: agent,
        method: form ? "POST" : method,
        headers: {
          host: new URL(origin).host, // the name that the certificate is verified for, too
          ...headers,
          ...(form && { "content-type": "application/x-www-form-urlencoded" }),
        },
        ...(form && { body: new URLSearchParams(form).toString() }),
      });
      return {
        status: response.statusCode,
        headers: response.headers,
        text: await response.body.text(),
      };
    });
  } finally {
    await agent.destroy();
  }
}

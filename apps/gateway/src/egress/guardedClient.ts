import { Agent, type Dispatcher } from "undici";
import { boundResponses, type ResponseLimits } from "./boundedResponse";
import { guardedConnector } from "./guardedConnector";
import { EgressRefused, type UrlGuard } from "./urlGuard";

export interface GuardedRequest {
  method: "GET" | "POST" | "DELETE";
  headers?: Record<string, string>;
  body?: string | Buffer;
  signal?: AbortSignal;
}

export interface ClientOptions {
  limits?: ResponseLimits;
  /** PEM, in place of the well-known certificate authorities. */
  certificateAuthority?: string;
}

const MAXIMUM_REDIRECTS = 3;
const CONNECTIONS_PER_ORIGIN = 256;
const DEFAULT_LIMITS: ResponseLimits = { bytes: 10 * 1024 * 1024, milliseconds: 60_000 };
/** Milliseconds without a byte after which an event stream ends. */
const STREAM_IDLE = 300_000;

/**
 * The only way in which the gateway reaches a URL that a user supplied. Everything is judged by the guard: the
 * URL, each redirect's, and each address dialled. A connection is reused only by the same client, so give clients
 * with different rules to connectors with different rules.
 */
export class GuardedClient {
  readonly #dispatcher: Dispatcher;

  constructor(
    private readonly guard: UrlGuard,
    { limits = DEFAULT_LIMITS, certificateAuthority }: ClientOptions = {},
  ) {
    this.#dispatcher = new Agent({
      connect: guardedConnector(guard, certificateAuthority),
      connections: CONNECTIONS_PER_ORIGIN,
      pipelining: 1,
      headersTimeout: limits.milliseconds,
      bodyTimeout: STREAM_IDLE,
    }).compose(boundResponses(limits));
  }

  /**
   * Follows redirects that keep the origin and the method, three at most; a redirect to another origin would carry
   * the request's credential and body to a host that nobody configured.
   * @throws EgressRefused, ResponseLimitExceeded, or undici's error when the connection or the response fails
   */
  async request(url: string, { body, ...options }: GuardedRequest): Promise<Dispatcher.ResponseData> {
    let target = this.#parse(url);
    for (let redirects = 0; ; redirects++) {
      const response = await this.#dispatcher.request({
        ...options,
        origin: target.origin,
        path: target.pathname + target.search,
        ...(body !== undefined && { body }),
      });
      const location = response.headers["location"];
      if (response.statusCode < 300 || response.statusCode > 399 || typeof location !== "string")
        return response;
      response.body.on("error", () => undefined).destroy();

      const next = this.#parse(URL.parse(location, target)?.href ?? location);
      if (next.origin !== target.origin) throw new EgressRefused("redirects to another origin");
      const keepsMethod = [307, 308].includes(response.statusCode) || options.method === "GET";
      if (!keepsMethod) throw new EgressRefused(`redirects a ${options.method} with ${response.statusCode}`);
      if (redirects === MAXIMUM_REDIRECTS) throw new EgressRefused("redirects too often");
      target = next;
    }
  }

  /** Lets open responses finish. */
  close(): Promise<void> {
    return this.#dispatcher.close();
  }

  #parse(text: string): URL {
    const url = this.guard.parse(text);
    if (typeof url === "string") throw new EgressRefused(url);
    return url;
  }
}

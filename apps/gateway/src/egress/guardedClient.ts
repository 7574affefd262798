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

/** A request whose response is handed on as it comes. */
export interface StreamedRequest {
  method: "GET" | "POST" | "DELETE";
  headers: Record<string, string>;
  body: Buffer | null;
}

export interface ClientOptions {
  limits: ResponseLimits;
  /** PEM, in place of the well-known certificate authorities. */
  certificateAuthority?: string;
}

const MAXIMUM_REDIRECTS = 3;
/** Each open stream has one to itself, so as many as the gateway answers requests at a time. */
const CONNECTIONS_PER_ORIGIN = 2000;
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
    { limits, certificateAuthority }: ClientOptions,
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

      target = this.#redirected(target, options.method, response.statusCode, location, redirects);
    }
  }

  /**
   * As `request`, but hands the response to `handler` as it comes in, which is the least that a proxy can do for one.
   * `handler` learns of every error but this:
   * @throws EgressRefused when the URL itself must not be reached
   */
  dispatch(url: string, request: StreamedRequest, handler: Dispatcher.DispatchHandler): void {
    this.#dispatch(this.#parse(url), request, handler, 0);
  }

  #dispatch(
    target: URL,
    request: StreamedRequest,
    handler: Dispatcher.DispatchHandler,
    redirects: number,
  ): void {
    let next: URL | undefined;
    const options = { ...request, origin: target.origin, path: target.pathname + target.search };
    this.#dispatcher.dispatch(options, {
      onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
      onResponseStart: (controller, status, headers, text) => {
        const { location } = headers;
        if (status < 300 || status > 399 || typeof location !== "string")
          handler.onResponseStart?.(controller, status, headers, text);
        else next = this.#redirected(target, request.method, status, location, redirects);
      },
      onResponseData: (controller, chunk) => {
        if (next === undefined) handler.onResponseData?.(controller, chunk);
      },
      onResponseEnd: (controller, trailers) => {
        if (next === undefined) handler.onResponseEnd?.(controller, trailers);
        else this.#dispatch(next, request, handler, redirects + 1);
      },
      onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
    });
  }

  /** @throws EgressRefused when the redirect must not be followed */
  #redirected(from: URL, method: string, status: number, location: string, redirects: number): URL {
    const next = this.#parse(URL.parse(location, from)?.href ?? location);
    if (next.origin !== from.origin) throw new EgressRefused("redirects to another origin");
    const keepsMethod = [307, 308].includes(status) || method === "GET";
    if (!keepsMethod) throw new EgressRefused(`redirects a ${method} with ${status}`);
    if (redirects === MAXIMUM_REDIRECTS) throw new EgressRefused("redirects too often");
    return next;
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

import type { Dispatcher } from "undici";

export interface ResponseLimits {
  /** Of a response's body as it comes over the wire. */
  bytes: number;
  /** From the request's start to the response's last byte. */
  milliseconds: number;
}

/** A response larger or slower than its limits. */
export class ResponseLimitExceeded extends Error {
  readonly code = "RESPONSE_LIMIT_EXCEEDED";
}

/**
 * Ends responses that exceed the limits, whatever length they claim. An event stream is bound to the time until
 * its start only: it may be open for long, and its reader bounds its size.
 */
export function boundResponses({
  bytes,
  milliseconds,
}: ResponseLimits): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    let received = 0;
    let stream = false;
    let timer: NodeJS.Timeout | undefined;
    return dispatch(options, {
      onRequestStart(controller, context: unknown) {
        // Again for a request that moves to another connection.
        clearTimeout(timer);
        timer = setTimeout(
          () => controller.abort(new ResponseLimitExceeded(`no complete response within ${milliseconds} ms`)),
          milliseconds,
        );
        handler.onRequestStart?.(controller, context);
      },
      onRequestUpgrade(controller, statusCode, headers, socket) {
        clearTimeout(timer);
        handler.onRequestUpgrade?.(controller, statusCode, headers, socket);
      },
      onResponseStart(controller, statusCode, headers, statusMessage) {
        stream = isEventStream(headers["content-type"]);
        if (stream) clearTimeout(timer);
        handler.onResponseStart?.(controller, statusCode, headers, statusMessage);
      },
      onResponseData(controller, chunk) {
        received += chunk.length;
        if (stream || received <= bytes) handler.onResponseData?.(controller, chunk);
        else controller.abort(new ResponseLimitExceeded(`a response of more than ${bytes} bytes`));
      },
      onResponseEnd(controller, trailers) {
        clearTimeout(timer);
        handler.onResponseEnd?.(controller, trailers);
      },
      onResponseError(controller, error) {
        clearTimeout(timer);
        handler.onResponseError?.(controller, error);
      },
      onBodySent: (chunk) => handler.onBodySent?.(chunk),
      onResponseStarted: () => handler.onResponseStarted?.(),
      onRequestSent: () => handler.onRequestSent?.(),
    });
  };
}

export function isEventStream(contentType: string | string[] | undefined): boolean {
  return typeof contentType === "string" && /^text\/event-stream\s*(;|$)/i.test(contentType);
}

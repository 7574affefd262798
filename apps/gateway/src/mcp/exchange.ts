import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { FastifyReply } from "fastify";
import type { Dispatcher } from "undici";
import { isEventStream } from "../egress/boundedResponse";
import { Problem } from "../problems";
import type { EventIds } from "./eventIds";

export interface ResponseHead {
  status: number;
  headers: IncomingHttpHeaders;
  /** Whether what follows is an event stream, which may be open for long. */
  stream: boolean;
}

/** How a response that had begun came to its end. */
export type End = "complete" | "cancelled" | "broken";

/** What the agent gets in place of the upstream's own. */
interface Answer {
  headers: Record<string, string>;
  /** Of a stream whose event ids are replaced. */
  events: EventIds | undefined;
}

export interface ExchangeEvents {
  /**
   * Called with the upstream's head, before a byte of it goes to the agent. Nothing goes out before it has resolved,
   * and what it throws is what the agent is told instead.
   */
  begin: (head: ResponseHead) => Promise<Answer>;
  /** Called once when `begin` has resolved, also when the agent was gone by then. */
  end: (end: End, head: ResponseHead) => void;
}

/** Of which the body is no answer to the agent: a redirect that isn't followed, or the upstream wants other credentials. */
const refusedStatuses = new Set([401, 403, 407]);

/**
 * Carries one response from an upstream to an agent, chunk by chunk: reading from the upstream waits while the agent
 * is slow, the upstream's request is aborted when the agent goes away, and the agent's response breaks off when the
 * upstream's does.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  /** Resolves when the response has begun. @throws Problem when it never did */
  readonly begun: Promise<void>;
  readonly #raw: ServerResponse;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #head: ResponseHead | undefined;
  #eventIds: EventIds | undefined;
  #state: "waiting" | "beginning" | "begun" | "over" = "waiting";

  constructor(
    private readonly reply: FastifyReply,
    /** After so many milliseconds a stream is ended, so that the agent comes back with a token that is valid then. */
    private readonly streamTime: number,
    private readonly events: ExchangeEvents,
  ) {
    this.#raw = reply.raw;
    this.begun = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#raw.once("close", () => {
      if (this.#state !== "over") this.#controller?.abort(new AgentGone());
    });
  }

  /** Ends a response that has begun, so that the agent sees its end; one that hasn't goes on. */
  stop(): void {
    if (this.#state === "begun") this.#controller?.abort(new Stopped());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#raw.destroyed) controller.abort(new AgentGone());
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    // Early hints and the like.
    if (status < 200) return;
    if (refusedStatuses.has(status) || (status > 299 && status < 400)) throw new UpstreamRefused(status);
    controller.pause();
    this.#state = "beginning";
    this.#head = { status, headers, stream: isEventStream(headers["content-type"]) };
    this.events.begin(this.#head).then(
      (answered) => this.#begin(controller, answered),
      (error: Error) => controller.abort(error),
    );
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#raw.write(this.#eventIds?.replaceIn(chunk) ?? chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#over("complete");
    this.#raw.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#state === "begun") {
      const stopped = error instanceof Stopped;
      this.#over(stopped || error instanceof AgentGone ? "cancelled" : "broken");
      if (stopped) this.#raw.end();
      else this.#raw.destroy();
    } else {
      this.#state = "over";
      this.#reject(error);
    }
  }

  #begin(controller: Dispatcher.DispatchController, { headers, events }: Answer): void {
    const { status, stream } = this.#head!;
    if (this.#state !== "beginning") return this.events.end("cancelled", this.#head!);
    this.#state = "begun";
    this.reply.hijack();
    this.#raw.writeHead(status, { ...(this.reply.getHeaders() as OutgoingHttpHeaders), ...headers });
    this.#eventIds = events;
    if (stream) this.#beginStream();
    this.#raw.on("drain", () => controller.resume());
    controller.resume();
    this.#resolve();
  }

  #beginStream(): void {
    // The agent may wait for the head of a stream whose first event is far away.
    this.#raw.flushHeaders();
    const life = setTimeout(() => this.stop(), this.streamTime);
    this.#raw.once("close", () => clearTimeout(life));
  }

  #over(end: End): void {
    this.#state = "over";
    this.events.end(end, this.#head!);
  }
}

/** Nobody is left to be told. */
export class AgentGone extends Error {
  constructor() {
    super("the agent went away");
  }
}

class Stopped extends Error {
  constructor() {
    super("the gateway ends the stream");
  }
}

class UpstreamRefused extends Error {
  constructor(readonly status: number) {
    super(`the upstream answered ${status}`);
  }
}

/** What to tell the agent of an error before anything of the response has gone out. */
export function upstreamProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code } = error as NodeJS.ErrnoException;
  const timeout = ["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "UND_ERR_CONNECT_TIMEOUT"];
  const late = code === "RESPONSE_LIMIT_EXCEEDED" || timeout.includes(code ?? "");
  const problem = late
    ? new Problem("upstream-timeout", "try again later, or ask for less at once")
    : new Problem("upstream-failed", describe(error));
  problem.cause = error;
  return problem;
}

function describe(error: unknown): string {
  if (error instanceof UpstreamRefused && refusedStatuses.has(error.status))
    return `the upstream refuses the connector's credential (${error.status}): tell whoever manages the connector`;
  return "tell whoever manages the connector to test it";
}

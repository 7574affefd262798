import type { FastifyReply, FastifyRequest } from "fastify";
import type { AuditEntry, AuditLog } from "../audit/auditLog";
import type { Grant } from "../auth/grant";
import type { Upstreams } from "../connectors/upstreams";
import type { Target } from "../connectors/withCredential";
import { Problem } from "../problems";
import { EventIds } from "./eventIds";
import { AgentGone, Exchange, upstreamProblem, type End, type ResponseHead } from "./exchange";
import type { SealedIds } from "./sealedIds";
import { headersForAgent, headersForUpstream, type Resumed } from "./upstreamHeaders";
import type { Era } from "./version";

/** An authorised request on its way. */
export interface Call extends Resumed {
  request: FastifyRequest;
  grant: Grant;
  target: Target;
  era: Era;
  body: Buffer | null;
  /** As the audit log has it. */
  action: string;
  tool: string | undefined;
  /** The JSON-RPC method; the HTTP method of what has no body. */
  method: string;
}

/** Carries calls to their upstreams. Nothing of an answer goes out before its entry is in the audit log. */
export class Carrier {
  /** With whether each can be ended before its answer is complete, since the agent goes on with it elsewhere. */
  readonly #open = new Map<Exchange, () => boolean>();

  constructor(
    private readonly audit: AuditLog,
    private readonly upstreams: Upstreams,
    private readonly ids: { session: SealedIds; event: SealedIds },
    /** How long a stream may be open, in milliseconds. */
    private readonly streamTime: number,
  ) {}

  /** Resolves when the response has begun. @throws Problem */
  async carry(call: Call, reply: FastifyReply): Promise<FastifyReply> {
    const started = performance.now();
    const record = (outcome: AuditEntry["outcome"], detail: AuditEntry["detail"], action = call.action) =>
      this.audit.record({
        ...entryOf(call, outcome, detail),
        action,
        durationMs: performance.now() - started,
      });

    await this.audit.ready(() => entryOf(call, "succeeded", { stage: "requested" }));
    let events: EventIds | undefined;
    const exchange = new Exchange(reply, this.streamTime, {
      begin: async (head) => {
        await record(head.status < 300 ? "succeeded" : "failed", { status: head.status });
        events = this.#eventIds(call, head);
        const headers = this.#answeredHeaders(call, head);
        // Sealed ids are longer.
        if (events) delete headers["content-length"];
        return { headers, events };
      },
      end: (end, { stream }) => {
        if (!needsEntry(end, stream)) return;
        record(end === "broken" ? "failed" : "succeeded", { end }, `${call.action}.end`).catch(
          (err: unknown) => call.request.log.error({ err }, "a stream's end is not in the audit log"),
        );
      },
    });
    this.#open.set(exchange, () => isListening(call) || events?.seen === true);
    reply.raw.once("close", () => this.#open.delete(exchange));
    try {
      this.#dispatch(call, exchange);
      await exchange.begun;
      return reply;
    } catch (error) {
      // The audit log's own.
      if (error instanceof Problem) throw error;
      const problem = error instanceof AgentGone ? undefined : upstreamProblem(error);
      await record("failed", { reason: problem?.code ?? "cancelled" });
      if (problem !== undefined) throw problem;
      return reply.hijack();
    }
  }

  /** Ends the streams that agents resume, or open again. */
  endResumable(): void {
    for (const [exchange, isResumable] of this.#open) if (isResumable()) exchange.stop();
  }

  endAll(): void {
    for (const exchange of this.#open.keys()) exchange.stop();
  }

  #dispatch(call: Call, exchange: Exchange): void {
    const { request, target, era, body } = call;
    const { connector, credential } = target;
    const method = request.method as "GET" | "POST" | "DELETE";
    const headers = headersForUpstream(request.headers, era, credential, call);
    this.upstreams.for(connector).client.dispatch(connector.url, { method, headers, body }, exchange);
  }

  #answeredHeaders({ era, grant, target }: Call, { headers }: ResponseHead): Record<string, string> {
    const answered = headersForAgent(headers);
    const session = headers["mcp-session-id"];
    if (era === "sessions" && typeof session === "string")
      answered["mcp-session-id"] = this.ids.session.seal(session, grant.actor, target.connector.id);
    return answered;
  }

  /** Another agent's event ids would get their streams from an upstream that keeps the events of all together. */
  #eventIds({ era, grant, target }: Call, { stream, headers }: ResponseHead): EventIds | undefined {
    if (!stream || era === "stateless" || headers["content-encoding"] !== undefined) return undefined;
    return new EventIds((id) => this.ids.event.seal(id, grant.actor, target.connector.id));
  }
}

/** Nothing is being answered: the upstream sends what comes up. */
function isListening({ request, method }: Call): boolean {
  return request.method === "GET" || method === "subscriptions/listen";
}

/** A stream's end has an entry of its own, and so has that of any answer that didn't reach the agent whole. */
function needsEntry(end: End, stream: boolean): boolean {
  return stream || end !== "complete";
}

function entryOf(
  { request, grant, target, action, tool, method }: Call,
  outcome: AuditEntry["outcome"],
  detail: AuditEntry["detail"],
): AuditEntry {
  return {
    organisationId: grant.organisationId,
    actor: grant.actor,
    action,
    connector: target.connector.name,
    tool,
    outcome,
    requestId: request.id,
    detail: { method, ...detail },
  };
}

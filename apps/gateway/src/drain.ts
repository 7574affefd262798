import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";

export interface DrainTimes {
  /** From the moment /readyz says no to the one from which no new connection is accepted, in milliseconds. */
  notice: number;
  /** How long open requests may then take to finish, in milliseconds. */
  grace: number;
}

/** What keeps connections open beyond a request's answer. */
interface Streams {
  /** Ends those that agents resume, or open again. */
  endResumable: () => void;
  endAll: () => void;
}

/**
 * Lets a gateway go without a failed request: while whoever balances the load learns from /readyz that it goes, it
 * still serves; then it closes its listener, finishes what is open and ends its streams, which agents resume elsewhere.
 *
 * @returns a check for /readyz
 */
export function registerDrain(
  app: FastifyInstance,
  { notice, grace }: DrainTimes,
  streams: Streams,
): () => Promise<string | undefined> {
  let draining = false;
  app.addHook("preClose", async () => {
    draining = true;
    if (!app.server.listening) return;
    await sleep(notice);
    streams.endResumable();
    const late = setTimeout(() => streams.endAll(), grace);
    // Closing the server closes the connections that are idle then, not those that are later; streams that began
    // later, or whose first event came later, are ended too.
    const idle = setInterval(() => {
      streams.endResumable();
      app.server.closeIdleConnections();
    }, 100);
    app.server.once("close", () => {
      clearTimeout(late);
      clearInterval(idle);
    });
    app.server.close();
  });
  return () => Promise.resolve(draining ? "is shutting down" : undefined);
}

import { setTimeout as sleep } from "node:timers/promises";
import autocannon from "autocannon";
import { Pool } from "undici";

/**
 * The client of bench/mcp.ts, a process of its own that answers each order with what it measured. Like the peers it is
 * run by Node alone: with a compiler in its heap it would stop to collect that.
 */

const RATE = 1000;
const STREAMS = 1000;

export interface Target {
  /** Of the endpoint that answers a tool call with JSON, or of the one that answers with a stream. */
  url: string;
  headers: Record<string, string>;
  tool: string;
  connections: number;
}

function callOf({ tool: name }: Target): string {
  const given = { query: "q".repeat(110), limit: 10, filters: ["a", "b", "c"] };
  const params = { name, arguments: given };
  return JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
}

/** Requests answered in so many seconds, as fast as they are. */
async function saturate(target: Target, seconds: number): Promise<number> {
  const { url, headers, connections } = target;
  const { requests, non2xx, errors } = await autocannon({
    ...{ url, method: "POST", headers, body: callOf(target), connections, duration: seconds },
  });
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} refusals, ${errors} errors`);
  return requests.total;
}

/** Sends a call and reads its answer, and resolves to the milliseconds that took. */
function timer(pool: Pool, target: Target): () => Promise<number> {
  const { pathname: path } = new URL(target.url);
  const request = { path, method: "POST", headers: target.headers, body: callOf(target) } as const;
  return async () => {
    const sent = performance.now();
    const { statusCode, body } = await pool.request(request);
    await body.text();
    if (statusCode !== 200) throw new Error(`${target.url} answered ${statusCode}`);
    return performance.now() - sent;
  };
}

/** Milliseconds of each of `RATE` requests a second, started by the clock, whether or not earlier ones are done. */
async function latencies(target: Target, seconds: number): Promise<number[]> {
  const pool = new Pool(new URL(target.url).origin, { connections: target.connections });
  const timed = timer(pool, target);
  const start = performance.now();
  const running: Promise<number>[] = [];
  while (running.length < RATE * seconds) {
    const due = Math.floor(((performance.now() - start) / 1000) * RATE);
    while (running.length < Math.min(due, RATE * seconds)) running.push(timed());
    await sleep(1);
  }
  const times = await Promise.all(running);
  await pool.close();
  return times;
}

/** Milliseconds of each request, one after another for so long. */
async function sequential(target: Target, seconds: number): Promise<number[]> {
  const pool = new Pool(new URL(target.url).origin, { connections: 1 });
  const timed = timer(pool, target);
  const times: number[] = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) times.push(await timed());
  await pool.close();
  return times;
}

/** Milliseconds to the first byte of a stream's first event, one stream after another. */
async function firstBytes(target: Target): Promise<number[]> {
  const pool = new Pool(new URL(target.url).origin, { connections: 8 });
  const times: number[] = [];
  for (let i = 0; i < 100; i++) {
    const sent = performance.now();
    const { body } = await open(pool, target);
    await new Promise((resolve) => body.once("data", resolve));
    times.push(performance.now() - sent);
    body.on("error", () => undefined).destroy();
  }
  await pool.destroy();
  return times;
}

/** Opens many streams, an event a second each, and leaves them open. */
async function openStreams(target: Target): Promise<void> {
  const pool = new Pool(new URL(target.url).origin, { connections: STREAMS });
  let events = 0;
  for (let opened = 0; opened < STREAMS; opened += 50)
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const { body } = await open(pool, target);
        body.on("error", () => undefined).on("data", () => void events++);
      }),
    );
  const before = events;
  await sleep(5000);
  if (events - before < STREAMS * 3)
    throw new Error(`only ${events - before} events of ${STREAMS} streams in 5 s`);
  streams = pool;
}

let streams: Pool | undefined;

async function closeStreams(): Promise<void> {
  await streams?.destroy();
}

async function open(pool: Pool, target: Target) {
  const { pathname, search } = new URL(target.url);
  const request = { path: pathname + search, method: "POST", headers: target.headers } as const;
  const response = await pool.request({ ...request, body: callOf(target) });
  if (response.statusCode !== 200) throw new Error(`${target.url} answered ${response.statusCode}`);
  return response;
}

const measures = { saturate, latencies, sequential, firstBytes, openStreams, closeStreams };

export type Measures = typeof measures;
export interface Order {
  measure: keyof Measures;
  target: Target;
  seconds: number;
}

process.on("message", ({ measure, target, seconds }: Order) => {
  // What an earlier order left behind is not this one's to clear away.
  globalThis.gc?.();
  void measures[measure](target, seconds).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});

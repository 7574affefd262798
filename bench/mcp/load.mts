import { setTimeout as sleep } from "node:timers/promises";
import autocannon from "autocannon";
import { Pool } from "undici";

/**
 * The client of bench/mcp.ts, a process of its own that answers each order with what it measured. Like the peers it is
 * run by Node alone: with a compiler in its heap it would stop to collect that.
 */

/** Enough that those calls which wait for the disk together don't leave the processor idle. */
const CONNECTIONS = 256;
const RATE = 1000;
const STREAMS = 1000;

export interface Target {
  /** Of the endpoint that answers a tool call with JSON, or of the one that answers with a stream. */
  url: string;
  headers: Record<string, string>;
}

const call = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: {
    name: "search_documents",
    arguments: { query: "q".repeat(110), limit: 10, filters: ["a", "b", "c"] },
  },
});

/** Requests answered in so many seconds, as fast as they are. */
async function saturate({ url, headers }: Target, seconds: number): Promise<number> {
  const { requests, non2xx, errors } = await autocannon({
    ...{ url, method: "POST", headers, body: call, connections: CONNECTIONS, duration: seconds },
  });
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} refusals, ${errors} errors`);
  return requests.total;
}

/** Milliseconds of each of `RATE` requests a second, started by the clock, whether or not earlier ones are done. */
async function latencies({ url, headers }: Target, seconds: number): Promise<number[]> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: CONNECTIONS });
  const timed = async () => {
    const sent = performance.now();
    const { statusCode, body } = await pool.request({ path, method: "POST", headers, body: call });
    await body.text();
    if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`);
    return performance.now() - sent;
  };
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

/** Milliseconds of each of many requests, one after another. */
async function sequential({ url, headers }: Target): Promise<number[]> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: 1 });
  const times: number[] = [];
  for (let i = 0; i < 1000; i++) {
    const sent = performance.now();
    const { statusCode, body } = await pool.request({ path, method: "POST", headers, body: call });
    await body.text();
    if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`);
    times.push(performance.now() - sent);
  }
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

async function open(pool: Pool, { url, headers }: Target) {
  const { pathname, search } = new URL(url);
  const response = await pool.request({ path: pathname + search, method: "POST", headers, body: call });
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
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

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import autocannon from "autocannon";
import { Pool } from "undici";
import { startWays, type Way } from "./mcp/ways";

/**
 * `make bench`: a tool call through the gateway, all its hardening on and each call in the audit log on disk before it
 * is answered, against the same upstream directly, through a bare @fastify/http-proxy, and through nginx; interleaved
 * rounds on this machine, each way in a process of its own. Fails below 1.0 times @fastify/http-proxy's requests a
 * second, from 1 ms added at p50 or 3 ms at p99 at 1,000 requests a second, from 2 ms added to a stream's first byte,
 * and from 300 MiB of memory with 1,000 streams open (issue 6).
 *
 * BENCH_PROFILE=directory also writes a CPU profile of the gateway there.
 */
/** Enough that those calls which wait for the disk together don't leave the processor idle. */
const CONNECTIONS = 256;
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 4);
const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 5);
const RATE = 1000;
const STREAMS = 1000;

const call = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: {
    name: "search_documents",
    arguments: { query: "q".repeat(110), limit: 10, filters: ["a", "b", "c"] },
  },
});

interface Saturation {
  /** Requests a second. */
  rate: number;
  /** Microseconds of processor time that the way's process spent on a request. */
  cost: number;
}

async function saturate(way: Way): Promise<Saturation> {
  const before = processorTime(way);
  const { requests, non2xx, errors } = await autocannon({
    ...{ url: way.json, method: "POST", headers: way.headers("json"), body: call },
    ...{ connections: CONNECTIONS, duration: SECONDS },
  });
  if (non2xx + errors > 0) throw new Error(`${way.name}: ${non2xx} refusals, ${errors} errors`);
  return { rate: requests.total / SECONDS, cost: (processorTime(way) - before) / requests.total };
}

/** Microseconds of the way's process so far; Linux counts hundredths of a second. */
function processorTime({ pid }: Way): number {
  if (pid === undefined) return NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Milliseconds of each of `RATE` requests a second, started by the clock, whether or not earlier ones are done. */
async function latencies(way: Way): Promise<number[]> {
  const { origin, pathname: path } = new URL(way.json);
  const pool = new Pool(origin, { connections: CONNECTIONS });
  const headers = way.headers("json");
  const timed = async () => {
    const sent = performance.now();
    const { statusCode, body } = await pool.request({ path, method: "POST", headers, body: call });
    await body.text();
    if (statusCode !== 200) throw new Error(`${way.name} answered ${statusCode}`);
    return performance.now() - sent;
  };
  const start = performance.now();
  const running: Promise<number>[] = [];
  while (running.length < RATE * SECONDS) {
    const due = Math.floor(((performance.now() - start) / 1000) * RATE);
    while (running.length < Math.min(due, RATE * SECONDS)) running.push(timed());
    await sleep(1);
  }
  const times = await Promise.all(running);
  await pool.close();
  return times;
}

/** Milliseconds to the first byte of a stream's first event, one stream after another. */
async function firstBytes(way: Way, count = 100): Promise<number[]> {
  const pool = new Pool(new URL(way.stream).origin, { connections: 8 });
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const sent = performance.now();
    const { body } = await open(pool, way);
    await new Promise((resolve) => body.once("data", resolve));
    times.push(performance.now() - sent);
    body.on("error", () => undefined).destroy();
  }
  await pool.destroy();
  return times;
}

async function open(pool: Pool, way: Way) {
  const { pathname, search } = new URL(way.stream);
  const headers = way.headers("stream");
  const response = await pool.request({ path: pathname + search, method: "POST", headers, body: call });
  if (response.statusCode !== 200) throw new Error(`${way.name} answered ${response.statusCode}`);
  return response;
}

/** MiB of the gateway's process while it carries this many streams, an event a second each. */
async function memoryOfStreams(way: Way): Promise<number> {
  const pool = new Pool(new URL(way.stream).origin, { connections: STREAMS });
  let events = 0;
  for (let opened = 0; opened < STREAMS; opened += 50)
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const { body } = await open(pool, way);
        body.on("error", () => undefined).on("data", () => void events++);
      }),
    );
  const before = events;
  await sleep(5000);
  if (events - before < STREAMS * 3)
    throw new Error(`only ${events - before} events of ${STREAMS} streams in 5 s`);
  const kibibytes = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${way.pid}/status`, "utf8"))?.[1]);
  await pool.destroy();
  return kibibytes / 1024;
}

/** A result of each round, by way; the order turns, so that nobody always runs after the same neighbour. */
async function interleaved<T>(ways: Way[], measure: (way: Way) => Promise<T>): Promise<Map<string, T[]>> {
  const results = new Map(ways.map(({ name }) => [name, [] as T[]]));
  for (let round = 0; round < ROUNDS; round++)
    for (let turn = 0; turn < ways.length; turn++) {
      const way = ways[(turn + round) % ways.length]!;
      results.get(way.name)!.push(await measure(way));
    }
  return results;
}

function percentile(samples: readonly number[], share: number): number {
  return [...samples].sort((a, b) => a - b)[Math.ceil(samples.length * share) - 1]!;
}

const limit = (good: boolean) => {
  if (!good) process.exitCode = 1;
  return good ? "" : "  MISSED";
};
const cell = (value: number, digits = 2) => value.toFixed(digits).padStart(9);

async function main(): Promise<void> {
  const { ways, stop } = await startWays();
  try {
    const gateway = ways.at(-1)!;
    // First, so that it isn't the memory of the load before it.
    const memory = await memoryOfStreams(gateway);
    console.log(
      `${STREAMS} streams open: the gateway's RSS is ${memory.toFixed(0)} MiB (limit 300)${limit(memory < 300)}`,
    );

    for (let round = 0; round < 2; round++) for (const way of ways) await saturate(way);

    const runs = await interleaved(ways, saturate);
    const median = (name: string, key: keyof Saturation) =>
      percentile(
        runs.get(name)!.map((run) => run[key]),
        0.5,
      );
    const rate = (name: string) => median(name, "rate");
    console.log(`${CONNECTIONS} connections, medians of ${ROUNDS} interleaved rounds of ${SECONDS} s:`);
    console.log("              requests/s  of http-proxy's  processor time, µs a request");
    for (const { name, pid } of ways)
      console.log(
        `  ${name.padEnd(11)} ${cell(rate(name), 0)}  ${cell(rate(name) / rate("http-proxy"))}  ${pid ? cell(median(name, "cost"), 0) : ""}`,
      );
    const share = rate("gateway") / rate("http-proxy");
    console.log(`  the gateway has ${share.toFixed(2)} of http-proxy's (limit 1.00)${limit(share >= 1)}`);

    const times = await interleaved(ways, latencies);
    console.log(`Milliseconds at ${RATE} requests/s:`);
    const at = (name: string, p: number) => percentile(times.get(name)!.flat(), p);
    for (const { name } of ways)
      console.log(`  ${name.padEnd(11)} p50${cell(at(name, 0.5))}  p99${cell(at(name, 0.99))}`);
    for (const [p, most] of [
      [0.5, 1],
      [0.99, 3],
    ] as const) {
      const added = at("gateway", p) - at("direct", p);
      console.log(
        `  the gateway adds ${added.toFixed(2)} ms at p${p * 100} (limit ${most})${limit(added < most)}`,
      );
    }

    const first = await interleaved(ways, (way) => firstBytes(way));
    console.log("Milliseconds to a stream's first byte, median:");
    const begun = (name: string) => percentile(first.get(name)!.flat(), 0.5);
    for (const { name } of ways) console.log(`  ${name.padEnd(11)}${cell(begun(name))}`);
    const added = begun("gateway") - begun("direct");
    console.log(`  the gateway adds ${added.toFixed(2)} ms (limit 2)${limit(added < 2)}`);
  } finally {
    await stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

import { readFileSync } from "node:fs";
import { Client, CONNECTIONS } from "./mcp/client";
import { startContextForge } from "./mcp/contextForge";
import { startWays, type Way } from "./mcp/ways";

/**
 * `make bench`: a tool call through the gateway, all its hardening on and each call in the audit log on disk before it
 * is answered, against the same upstream directly, through a bare @fastify/http-proxy, and through nginx; interleaved
 * rounds on this machine, the client and each way in a process of its own, none with a compiler. Fails below 1.0 times
 * @fastify/http-proxy's requests a second, from 1 ms added at p50 or 3 ms at p99 at 1,000 requests a second, from 2 ms
 * added to a stream's first byte, and from 300 MiB of memory with 1,000 streams open (issue 6).
 *
 * BENCH_PROFILE=directory also writes a CPU profile of the gateway there.
 */
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 4);
const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 5);

interface Saturation {
  /** Requests a second. */
  rate: number;
  /** Microseconds of processor time that the way's process spent on a request. */
  cost: number;
}

async function saturate(client: Client, way: Way): Promise<Saturation> {
  const before = processorTime(way);
  const answered = await client.measure("saturate", way, SECONDS);
  return { rate: answered / SECONDS, cost: (processorTime(way) - before) / answered };
}

/** Microseconds of the way's process so far; Linux counts hundredths of a second. */
function processorTime({ pid }: Way): number {
  if (pid === undefined) return NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** MiB of the way's process while it carries many streams. */
async function memoryOfStreams(client: Client, way: Way): Promise<number> {
  await client.measure("openStreams", way);
  const kibibytes = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${way.pid}/status`, "utf8"))?.[1]);
  await client.measure("closeStreams", way);
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

/** Beside the others and after them, since it would be in their way. */
async function contextForge(client: Client, start: () => Promise<Way>): Promise<void> {
  try {
    const way = await start();
    const alone = percentile(await client.measure("sequential", way, SECONDS), 0.5);
    const { rate, cost } = await saturate(client, way);
    console.log(
      `ContextForge: one after another ${alone.toFixed(2)} ms, median; at ${way.connections} connections ` +
        `${rate.toFixed(0)} requests/s, ${cost.toFixed(0)} µs a request`,
    );
  } catch (error) {
    console.log("NOT COMPARED WITH CONTEXTFORGE, which can't be installed or started here:", error);
  }
}

async function main(): Promise<void> {
  const { ways, upstream, run, stops, stop } = await startWays();
  using client = new Client();
  try {
    const gateway = ways.at(-1)!;
    // First, so that it isn't the memory of the load before it.
    const memory = await memoryOfStreams(client, gateway);
    console.log(
      `1,000 streams open: the gateway's RSS is ${memory.toFixed(0)} MiB (limit 300)${limit(memory < 300)}`,
    );

    for (let round = 0; round < 2; round++) for (const way of ways) await saturate(client, way);

    const runs = await interleaved(ways, (way) => saturate(client, way));
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

    const alone = await interleaved(ways, (way) => client.measure("sequential", way, 1));
    console.log("Milliseconds of calls one after another, median:");
    for (const { name } of ways)
      console.log(`  ${name.padEnd(11)}${cell(percentile(alone.get(name)!.flat(), 0.5))}`);

    const times = await interleaved(ways, (way) => client.measure("latencies", way, SECONDS));
    console.log("Milliseconds at 1,000 requests/s:");
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

    const first = await interleaved(ways, (way) => client.measure("firstBytes", way));
    console.log("Milliseconds to a stream's first byte, median:");
    const begun = (name: string) => percentile(first.get(name)!.flat(), 0.5);
    for (const { name } of ways) console.log(`  ${name.padEnd(11)}${cell(begun(name))}`);
    const added = begun("gateway") - begun("direct");
    console.log(`  the gateway adds ${added.toFixed(2)} ms (limit 2)${limit(added < 2)}`);

    await contextForge(client, () => startContextForge(upstream, run, stops));
  } finally {
    await stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

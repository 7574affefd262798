import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { get, Agent } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { nginxConfiguration } from "../components/edge/nginxConfiguration";
import { nginxWith, RealNginx } from "../test/support/realNginx";
import { testSite } from "../test/support/testSite";

/**
 * `make bench`: what the edge adds to a request over asking what is behind it, and what headers and limits cost of
 * nginx's own throughput, over HTTP/1.1 and HTTP/2, in one interleaved run. Fails when the edge adds 0.3 ms or more at
 * the median, or headers and limits cost 2 % or more.
 *
 * nginx's own throughput is what its worker gets done in a second of processor time, of which Linux counts each
 * process's to the nanosecond. nginx has a processor of its own; the client, h2load, and what is behind share another.
 *
 * What is passed on takes nginx many times what it answers itself, where the cost shows more sharply: both are told, the
 * limit is of what is passed on. Each share comes with where it is to 95 %, since it is less than the rounds vary by.
 */
const ROUNDS = Number(process.env["BENCH_EDGE_ROUNDS"] ?? 60);
const REQUESTS = 2000;
const PAIRS = 50;
const ADDED_MS = 0.3;
const COST = 0.02;
const [nginxProcessor, otherProcessor] = ["0", "1"];

/** What is behind: an nginx that answers by itself, with TLS as the edge has, so that only the hop differs. */
const upstream = `worker_processes 1;
${nginxWith(`  access_log off;
  keepalive_requests 1000000;
  server { listen 8080; default_type text/plain; return 200 "ok"; }
  server {
    listen 8443 ssl http2;
    default_type text/plain;
    return 200 "ok";
  }`)}`;

const site = testSite({
  publicUrl: "https://localhost",
  gateway: "upstream:8080",
  authUrl: "https://auth.localhost",
  zitadel: "upstream:8080",
});
/** As deployed, but with one worker, and with limits that the bench doesn't reach: counting costs the same. */
const edge = nginxConfiguration(site)
  .replace("worker_processes auto", "worker_processes 1")
  .replace(/rate=\d+r\/[sm]/g, "rate=1000000r/s")
  .replace("keepalive_timeout 60s;", "keepalive_timeout 60s;\n  keepalive_requests 1000000;");
const withoutHardening = (configuration: string) =>
  configuration
    .replace(
      /^ *(add_header|proxy_hide_header|limit_req|limit_conn|limit_req_zone|limit_conn_zone|limit_req_status|limit_conn_status) .*\n/gm,
      "",
    )
    .replace(/\n {2}map \$limit_req_status[^}]*\}/g, "");
/**
 * Answers by itself, so that headers and limits are a larger share of less work; with an image of a dot, since `return`
 * would answer before the limits are asked.
 */
const alone = (configuration: string) =>
  configuration.replaceAll("proxy_pass $gateway_upstream;", "empty_gif;");

const configurations = {
  bare: withoutHardening(edge),
  edge,
  "bare alone": alone(withoutHardening(edge)),
  "edge alone": alone(edge),
};
type Name = keyof typeof configurations;
const names = Object.keys(configurations) as Name[];

/** The same load over each: four connections, each with one request at a time. */
const protocols = { "HTTP/1.1": ["--h1", "--clients=4"], "HTTP/2": ["--clients=4"] };
type Protocol = keyof typeof protocols;

interface Server {
  readonly address: string;
  readonly worker: string;
}

/** Starts one; gives its worker and its container's address. */
async function startServer(nginx: RealNginx, name: string, configuration: string): Promise<Server> {
  await nginx.start(name, configuration);
  const container = `${nginx.network}-${name}`;
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { encoding: "utf8" }).trim();
  run(
    "docker",
    "update",
    `--cpuset-cpus=${name === "upstream" ? otherProcessor : nginxProcessor}`,
    container,
  );
  const master = run("docker", "inspect", "--format", "{{.State.Pid}}", container);
  let worker = "";
  while (worker === "") {
    await sleep(50);
    worker = spawnSync("pgrep", ["--parent", master], { encoding: "utf8" }).stdout.trim();
  }
  return { address: nginx.ipOf(name), worker };
}

/** Microseconds of processor time so far. */
const processorTime = ({ worker }: Server) =>
  Number(readFileSync(`/proc/${worker}/schedstat`, "utf8").split(" ")[0]) / 1000;

/** Microseconds of nginx's processor time a request. */
function measure(server: Server, protocol: Protocol): number {
  const before = processorTime(server);
  const output = execFileSync("h2load", [
    ...[...protocols[protocol], `--requests=${REQUESTS}`],
    ...[`--connect-to=${server.address}:8443`, "https://localhost/healthz"],
  ]).toString();
  const spent = processorTime(server) - before;
  if (!output.includes(`status codes: ${REQUESTS} 2xx`)) throw new Error(output);
  return spent / REQUESTS;
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });

/** Milliseconds that one request takes, on a connection that is open. */
function once({ address }: Server): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const options = { agent, host: address, port: 8443, path: "/healthz", servername: "localhost" };
    get({ ...options, headers: { host: "localhost" } }, (response) => {
      response.resume().on("end", () => resolve(performance.now() - start));
    }).on("error", reject);
  });
}

const sorted = (values: number[]) => [...values].sort((a, b) => a - b);
const median = (values: number[]) => sorted(values)[Math.floor(values.length / 2)]!;

/** The median of the rounds' shares that headers and limits had, and between which two it is to 95 %. */
function shares(bare: number[], edge: number[]) {
  const all = sorted(bare.map((time, round) => 1 - time / edge[round]!));
  const away = Math.ceil(Math.sqrt(all.length)); // by the binomial distribution of ranks
  const at = (rank: number) => all[Math.min(Math.max(Math.floor(rank), 0), all.length - 1)]!;
  return { share: median(all), from: at(all.length / 2 - away), to: at(all.length / 2 + away) };
}

async function main(): Promise<void> {
  if (!execFileSync("sh", ["-c", "command -v h2load || true"]).length)
    execFileSync(join(__dirname, "../toolchain/apt.sh"), ["install", "nghttp2-client"]);
  execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", otherProcessor, String(process.pid)]);
  await using nginx = await RealNginx.create();
  const behind = await startServer(nginx, "upstream", upstream);
  const servers = {} as Record<Name, Server>;
  for (const name of names)
    servers[name] = await startServer(nginx, name.replace(" ", "-"), configurations[name]);

  const times = {} as Record<Protocol, Record<Name, number[]>>;
  const waits = { direct: [] as number[], edge: [] as number[] };
  for (const protocol of Object.keys(protocols) as Protocol[])
    times[protocol] = { bare: [], edge: [], "bare alone": [], "edge alone": [] };
  for (let round = -1; round < ROUNDS; round++) {
    for (const protocol of Object.keys(protocols) as Protocol[])
      for (const name of round % 2 ? names : [...names].reverse()) {
        const time = measure(servers[name], protocol);
        if (round >= 0) times[protocol][name].push(time); // the first is to warm up
      }
    for (let pair = 0; pair < PAIRS; pair++) {
      waits.direct.push(await once(behind));
      waits.edge.push(await once(servers.edge));
    }
  }
  agent.destroy();

  console.log(`nginx's processor time a request, µs, medians of ${ROUNDS} rounds of ${REQUESTS} requests:`);
  for (const [protocol, all] of Object.entries(times))
    for (const [what, kind] of [["passed on", ""] as const, ["answered by nginx", " alone"] as const]) {
      const [bare, hardened] = [all[`bare${kind}`], all[`edge${kind}`]];
      const { share, from, to } = shares(bare, hardened);
      if (kind === "" && share >= COST) process.exitCode = 1;
      console.log(
        `  ${protocol}, ${what}: ${median(hardened).toFixed(1)}, without headers and limits ${median(bare).toFixed(1)}; ` +
          `they cost ${percent(share)} (${percent(from)} to ${percent(to)})${kind === "" ? `, limit ${percent(COST)}` : ""}`,
      );
    }
  const added = median(waits.edge) - median(waits.direct);
  if (added >= ADDED_MS) process.exitCode = 1;
  console.log(
    `One request at a time, ms, median of ${ROUNDS * PAIRS} taken in turn: direct ${median(waits.direct).toFixed(2)}, ` +
      `edge ${median(waits.edge).toFixed(2)}; the edge adds ${added.toFixed(2)} ms (limit ${ADDED_MS} ms)`,
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

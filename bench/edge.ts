import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:http2";
import { Agent, get, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

import { edgeHttpsPort, nginxConfiguration } from "../components/edge/nginxConfiguration";
import { nginxWith, RealNginx } from "../test/support/realNginx";
import { testSite } from "../test/support/testSite";

/**
 * `make bench`: what the edge adds to a request over asking what is behind it, and what headers and limits cost of
 * nginx's own throughput when it passes a tool call on, over HTTP/1.1 and HTTP/2, in one interleaved run. Fails when the
 * edge adds 0.3 ms or more at the median, or headers and limits cost 2 % or more.
 *
 * nginx's own throughput is what its worker gets done in a second of processor time, of which Linux counts each
 * process's to the nanosecond. One worker serves with headers and limits on one port and without them on another: two
 * workers of one configuration differ by more than the limit, each for as long as it lives. The two take turns every
 * hundred calls, a hundredth of a second, since what else the machine does changes more slowly. nginx has a processor of
 * its own; the client and what is behind share another.
 */
const ROUNDS = Number(process.env["BENCH_EDGE_ROUNDS"] ?? 2000);
const CALLS = 100;
const AT_ONCE = 4;
const PAIRS = 4000;
const ADDED_MS = 0.3;
const COST = 0.02;
const [nginxProcessor, otherProcessor] = ["0", "1"];

/** What is behind: an nginx that answers by itself, with TLS as the edge has, so that only the hop differs. */
const upstream = `worker_processes 1;
${nginxWith(`  access_log off;
  keepalive_requests 1000000;
  server { listen 8080; default_type application/json; return 200 "${"x".repeat(260)}"; }
  server {
    listen 8443 ssl http2;
    default_type application/json;
    return 200 "${"x".repeat(260)}";
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
const ports = { bare: edgeHttpsPort + 1, edge: edgeHttpsPort };
type Name = keyof typeof ports;
const names = Object.keys(ports) as Name[];

/** The gateway's host once more, on a port of its own. */
const bare = new RegExp(`\\n {2}server \\{\\n {4}listen ${edgeHttpsPort} [^]*?\\n {2}\\}\\n`)
  .exec(edge)![0]
  .replace(`listen ${ports.edge}`, `listen ${ports.bare}`)
  .replace(/^ *(add_header|proxy_hide_header|limit_req|limit_conn) .*\n/gm, "");
const both = edge.replace(/\}\n$/, `${bare}}\n`);

const call = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name: "search_documents", arguments: { query: "q".repeat(110), filters: ["a", "b", "c"] } },
});
const headers = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
  authorization: `Bearer ${"t".repeat(400)}`, // as long as an agent's
};
const path = "/mcp/documents";

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

/** Sends a call and resolves to the answer's status. */
type Send = () => Promise<number>;

const tls = { rejectUnauthorized: false, servername: "localhost" };

function overHttp1(host: string, port: number): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE, ...tls });
  const options = { agent, host, port, path, method: "POST", headers: { ...headers, host: "localhost" } };
  return () =>
    new Promise((resolve, reject) => {
      request(options, (response) => response.resume().on("end", () => resolve(response.statusCode ?? 0)))
        .on("error", reject)
        .end(call);
    });
}

function overHttp2(host: string, port: number): Send {
  const session = connect(`https://${host}:${port}`, tls);
  const head = { ":method": "POST", ":path": path, ":authority": "localhost", ...headers };
  return () =>
    new Promise((resolve, reject) => {
      let status = 0;
      session
        .request(head)
        .on("response", (answer) => (status = answer[":status"] ?? 0))
        .on("end", () => resolve(status))
        .on("error", reject)
        .resume()
        .end(call);
    });
}

const protocols = { "HTTP/1.1": overHttp1, "HTTP/2": overHttp2 };

/** Microseconds of nginx's processor time a call. */
async function measure(server: Server, send: Send): Promise<number> {
  const before = processorTime(server);
  const one = async () => {
    for (let sent = 0; sent < CALLS / AT_ONCE; sent++) {
      const status = await send();
      if (status !== 200) throw new Error(`a call was answered with ${status}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return (processorTime(server) - before) / CALLS;
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

/** The share that headers and limits have, and between which two it is to 95 %, by ranks of the rounds' own shares. */
function shareOf({ bare, edge }: Record<Name, number[]>) {
  const all = sorted(bare.map((time, round) => 1 - time / edge[round]!));
  const away = Math.ceil(Math.sqrt(all.length)); // two deviations of the binomial distribution
  const at = (rank: number) => all[Math.min(Math.max(Math.floor(rank), 0), all.length - 1)]!;
  return { share: median(all), from: at(all.length / 2 - away), to: at(all.length / 2 + away) };
}

async function main(): Promise<void> {
  execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", otherProcessor, String(process.pid)]);
  await using nginx = await RealNginx.create();
  const behind = await startServer(nginx, "upstream", upstream);
  const server = await startServer(nginx, "edge", both);

  console.log(`nginx's processor time a call, µs, medians of ${ROUNDS} rounds of ${CALLS}:`);
  for (const [protocol, over] of Object.entries(protocols)) {
    const senders = { bare: over(server.address, ports.bare), edge: over(server.address, ports.edge) };
    const times: Record<Name, number[]> = { bare: [], edge: [] };
    for (let round = -50; round < ROUNDS; round++)
      for (const name of round % 2 ? names : [...names].reverse()) {
        const time = await measure(server, senders[name]);
        if (round >= 0) times[name].push(time); // those before are to warm up
      }
    const { share, from, to } = shareOf(times);
    if (share >= COST) process.exitCode = 1;
    console.log(
      `  ${protocol}: ${median(times.edge).toFixed(1)}, without headers and limits ${median(times.bare).toFixed(1)}; ` +
        `they cost ${percent(share)} (${percent(from)} to ${percent(to)}, limit ${percent(COST)})`,
    );
  }

  const waits = { direct: [] as number[], edge: [] as number[] };
  for (let pair = 0; pair < PAIRS; pair++) {
    waits.direct.push(await once(behind));
    waits.edge.push(await once(server));
  }
  const added = median(waits.edge) - median(waits.direct);
  if (added >= ADDED_MS) process.exitCode = 1;
  console.log(
    `One request at a time, ms, median of ${PAIRS} taken in turn: direct ${median(waits.direct).toFixed(2)}, ` +
      `edge ${median(waits.edge).toFixed(2)}; the edge adds ${added.toFixed(2)} ms (limit ${ADDED_MS} ms)`,
  );
}

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => process.exit());

import { get, Agent } from "node:https";

import autocannon from "autocannon";

import { nginxConfiguration } from "../components/edge/nginxConfiguration";
import { platformSite } from "../components/edge/site";
import { nginxWith, RealNginx } from "../test/support/realNginx";

/**
 * `make bench`: what the edge adds to a request over asking what is behind it, and what headers and limits cost of
 * nginx's own throughput, in one interleaved run. Fails when the edge adds 0.3 ms or more at the median, or headers and
 * limits cost 2 % or more.
 */
const ROUNDS = Number(process.env["BENCH_EDGE_ROUNDS"] ?? 31);
const SECONDS = 1;
const CONNECTIONS = 16;
const PAIRS = 150;
const ADDED_MS = 0.3;
const COST = 0.02;

/** What is behind: an nginx that answers by itself, with TLS as the edge has, so that only the hop differs. */
const upstream = nginxWith(`  access_log off;
  keepalive_requests 1000000;
  server { listen 8080; default_type text/plain; return 200 "ok"; }
  server {
    listen 8443 ssl http2;
    default_type text/plain;
    return 200 "ok";
  }`);

const site = platformSite({
  publicUrl: "https://localhost",
  gateway: "upstream:8080",
  authUrl: "https://auth.localhost",
  zitadel: "upstream:8080",
  zitadelCaFile: "/etc/apexmcp/ca.crt",
  redirectUris: ["http://127.0.0.1/callback"],
  bodyBytes: 1_048_576,
});
/** As deployed, but with limits that the bench doesn't reach: counting costs the same. */
const edge = nginxConfiguration(site)
  .replace(/rate=\d+r\/[sm]/g, "rate=1000000r/s")
  .replace("keepalive_timeout 60s;", "keepalive_timeout 60s;\n  keepalive_requests 1000000;");
const bare = edge
  .replace(
    /^ *(add_header|proxy_hide_header|limit_req|limit_conn|limit_req_zone|limit_conn_zone|limit_req_status|limit_conn_status) .*\n/gm,
    "",
  )
  .replace(/\n {2}map \$limit_req_status[^}]*\}/g, "");

/** Requests a second. */
async function load(address: string): Promise<number> {
  const result = await autocannon({
    url: urlOf(address),
    connections: CONNECTIONS,
    duration: SECONDS,
    tlsOptions: { rejectUnauthorized: false },
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${address}: ${result.non2xx} refusals, ${result.errors} errors`);
  return result.requests.average;
}

const urlOf = (address: string) => `https://localhost:${address.split(":").pop()}/healthz`;
const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });

/** Milliseconds that one request takes, on a connection that is open. */
function once(address: string): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    get(urlOf(address), { agent }, (response) => {
      response.resume().on("end", () => resolve(performance.now() - start));
    }).on("error", reject);
  });
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

async function main(): Promise<void> {
  await using nginx = await RealNginx.create();
  const addresses = {
    direct: await nginx.start("upstream", upstream),
    bare: await nginx.start("bare", bare),
    edge: await nginx.start("edge", edge),
  };
  const rates: Record<keyof typeof addresses, number[]> = { direct: [], bare: [], edge: [] };
  const times = { direct: [] as number[], edge: [] as number[] };
  for (const address of Object.values(addresses)) await load(address);
  for (let round = 0; round < ROUNDS; round++) {
    const order = ["direct", "bare", "edge"] as const;
    for (const name of round % 2 ? order : [...order].reverse())
      rates[name].push(await load(addresses[name]));
    for (let pair = 0; pair < PAIRS; pair++)
      for (const name of ["direct", "edge"] as const) times[name].push(await once(addresses[name]));
  }
  agent.destroy();
  const added = median(times.edge) - median(times.direct);
  const cost = 1 - median(rates.edge.map((rate, round) => rate / rates.bare[round]!));
  console.log(
    `Requests/s at ${CONNECTIONS} connections, median of ${ROUNDS} interleaved rounds of ${SECONDS} s:`,
  );
  for (const [name, all] of Object.entries(rates))
    console.log(`  ${name.padEnd(7)} ${median(all).toFixed(0).padStart(7)}`);
  console.log(`  headers and limits cost ${(cost * 100).toFixed(1)} % (limit ${COST * 100} %)`);
  console.log(
    `One request at a time, ms, median of ${ROUNDS * PAIRS} taken in turn: direct ${median(times.direct).toFixed(2)}, edge ${median(times.edge).toFixed(2)}`,
  );
  console.log(`  the edge adds ${added.toFixed(2)} ms (limit ${ADDED_MS} ms)`);
  if (added >= ADDED_MS || cost >= COST) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

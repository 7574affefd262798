import autocannon from "autocannon";

import { nginxConfiguration } from "../components/edge/nginxConfiguration";
import { platformSite } from "../components/edge/site";
import { nginxWith, RealNginx } from "../test/support/realNginx";

/**
 * `make bench`: what the edge adds to a request over asking what is behind it, and what headers and limits cost of
 * nginx's own throughput, in one interleaved run. Fails when the edge adds 0.3 ms or more at the median, or headers and
 * limits cost 2 % or more.
 */
const ROUNDS = Number(process.env["BENCH_EDGE_ROUNDS"] ?? 9);
const SECONDS = 3;
const CONNECTIONS = 16;
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

async function load(address: string, connections: number): Promise<{ rate: number; p50: number }> {
  const port = address.split(":").pop();
  const result = await autocannon({
    url: `https://localhost:${port}/healthz`,
    connections,
    duration: SECONDS,
    tlsOptions: { rejectUnauthorized: false },
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${address}: ${result.non2xx} refusals, ${result.errors} errors`);
  return { rate: result.requests.average, p50: (connections / result.requests.average) * 1000 };
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
  for (const address of Object.values(addresses)) await load(address, CONNECTIONS);
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ["direct", "bare", "edge"] as const)
      rates[name].push((await load(addresses[name], CONNECTIONS)).rate);
    for (const name of ["direct", "edge"] as const) times[name].push((await load(addresses[name], 1)).p50);
  }
  const added = median(times.edge.map((time, round) => time - times.direct[round]!));
  const cost = 1 - median(rates.edge.map((rate, round) => rate / rates.bare[round]!));
  console.log(
    `Requests/s at ${CONNECTIONS} connections, median of ${ROUNDS} interleaved rounds of ${SECONDS} s:`,
  );
  for (const [name, all] of Object.entries(rates))
    console.log(`  ${name.padEnd(7)} ${median(all).toFixed(0).padStart(7)}`);
  console.log(`  headers and limits cost ${(cost * 100).toFixed(1)} % (limit ${COST * 100} %)`);
  console.log(
    `One request at a time, ms: direct ${median(times.direct).toFixed(2)}, edge ${median(times.edge).toFixed(2)}`,
  );
  console.log(`  the edge adds ${added.toFixed(2)} ms (limit ${ADDED_MS} ms)`);
  if (added >= ADDED_MS || cost >= COST) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

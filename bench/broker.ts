import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { BrokerProcess } from "../test/apps/gateway/broker/brokerProcess";
import { ConnectorVault } from "../test/apps/gateway/broker/connectorVault";

/**
 * `make bench`: what the credential broker adds to a read over Vault's own time, at 200 requests a second, in one
 * interleaved run on this machine. Requests start by the clock, whether or not earlier ones are done. Fails when
 * the broker adds 5 ms or more at the 99th percentile.
 */
const RATE = 200;
const BLOCK_SECONDS = 4;
const BLOCKS = 8;
const LIMIT = 5;

const name = { organisation: "acme", connector: "github" };

/** Milliseconds of each request of one block. */
async function block(read: () => Promise<unknown>): Promise<number[]> {
  const start = performance.now();
  const running: Promise<number>[] = [];
  const timed = async () => {
    const sent = performance.now();
    await read();
    return performance.now() - sent;
  };
  while (running.length < RATE * BLOCK_SECONDS) {
    const due = Math.floor(((performance.now() - start) / 1000) * RATE);
    while (running.length < Math.min(due, RATE * BLOCK_SECONDS)) running.push(timed());
    await sleep(1);
  }
  return Promise.all(running);
}

function percentile(samples: number[], share: number): number {
  return [...samples].sort((a, b) => a - b)[Math.ceil(samples.length * share) - 1]!;
}

async function main(): Promise<void> {
  await using vault = await ConnectorVault.start();
  const { address, caCertificate } = vault.server;
  const files = await vault.brokerFiles();
  // As in its image: a broker with TypeScript's compiler in its heap would stop for the collection of that.
  execFileSync("npm", ["run", "--silent", "--workspace=@apexmcp/gateway", "build"], { stdio: "inherit" });
  await using broker = await BrokerProcess.start(files, { LOG_LEVEL: "info" }, [
    "apps/gateway/dist/broker.js",
  ]);
  await broker.untilReady();
  await broker.client.write(
    name,
    { version: 0, credential: { key: randomBytes(32).toString("hex") } },
    "bench",
  );

  // The same kind of login, CA, connections and answer as the broker's own reads.
  const login = { role_id: vault.roleId, secret_id: await vault.newSecretId() };
  const token = (await vault.call("POST", "auth/approle/login", login)).auth?.client_token ?? "";
  const pool = new Pool(address, {
    connections: 16,
    keepAliveTimeout: 120_000,
    connect: { ca: caCertificate },
  });
  const direct = async () => {
    const path = `/v1/connectors/data/${name.organisation}/${name.connector}`;
    const response = await pool.request({ method: "GET", path, headers: { "x-vault-token": token } });
    if (response.statusCode !== 200) throw new Error(`Vault answered ${response.statusCode}`);
    return response.body.json();
  };
  const brokered = () => broker.client.read(name, "bench");

  await block(direct);
  await block(brokered);
  const samples = { direct: [] as number[], brokered: [] as number[] };
  for (let round = 0; round < BLOCKS; round++) {
    samples.direct.push(...(await block(direct)));
    samples.brokered.push(...(await block(brokered)));
  }
  await pool.close();
  files.remove();

  console.log(
    `Reads at ${RATE}/s, ms, ${samples.direct.length} each, interleaved in blocks of ${BLOCK_SECONDS} s:`,
  );
  for (const [way, times] of Object.entries(samples)) {
    const [p50, p99] = [percentile(times, 0.5).toFixed(2), percentile(times, 0.99).toFixed(2)];
    console.log(`  ${way.padEnd(9)} p50 ${p50.padStart(6)}  p99 ${p99.padStart(6)}`);
  }
  const added = percentile(samples.brokered, 0.99) - percentile(samples.direct, 0.99);
  console.log(`  the broker adds ${added.toFixed(2)} ms at p99 (limit ${LIMIT} ms)`);
  if (added >= LIMIT) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

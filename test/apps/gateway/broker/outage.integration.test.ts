import { randomBytes, randomUUID } from "node:crypto";
import type { RealVault } from "../../../support/realVault";
import type { BrokerFiles } from "./brokerFixture";
import { BrokerProcess } from "./brokerProcess";
import { ConnectorVault } from "./connectorVault";
import { startVaultBroker, type VaultBroker } from "./vaultBroker";

// Vault goes away and comes back under one broker, which is never restarted.

jest.setTimeout(60_000);

/** Kills of Vault under writes; CRASHES=50 for the long run. */
const CRASHES = Number(process.env["CRASHES"] ?? 10);
/** Seconds of a login's life here, so that tests see it end. */
const LOGIN = { ttl: 4, maximum: 10 };

let started: VaultBroker<RealVault>;
let vault: ConnectorVault;
let files: BrokerFiles;
let broker: BrokerProcess;

beforeAll(async () => {
  started = await startVaultBroker(ConnectorVault.start(LOGIN));
  ({ vault, files, broker } = started);
});
afterAll(() => started?.[Symbol.asyncDispose]());

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const named = () => ({ organisation: "acme", connector: `c-${randomUUID()}` });

async function written() {
  const name = named();
  const credential = { key: randomBytes(24).toString("hex") };
  await broker.client.write(name, { version: 0, credential }, "agent:1");
  return { name, credential };
}

/** Milliseconds until a read of `name` succeeds. */
async function untilServed(name: { organisation: string; connector: string }): Promise<number> {
  const start = Date.now();
  for (;;) {
    try {
      await broker.client.read(name, "agent:1");
      return Date.now() - start;
    } catch (error) {
      if (Date.now() - start > 30_000) throw error;
      await sleep(20);
    }
  }
}

test("after SIGKILL, a new start and unsealing, reads are served within 5 s, by the same broker", async () => {
  const { name, credential } = await written();
  const start = Date.now();
  await vault.server.stop("SIGKILL");
  vault.server.startAgain();
  await vault.unseal();
  await untilServed(name);
  const took = Date.now() - start;
  console.log(`Vault killed, restarted, unsealed, broker serving again: ${took} ms`);
  expect(took).toBeLessThan(5000);
  expect(await broker.client.read(name, "agent:1")).toEqual({ version: 1, credential });
});

test("while Vault is away, requests and /readyz get a prompt 503; health goes on", async () => {
  const { name } = await written();
  await vault.server.stop("SIGKILL");
  const start = Date.now();
  await expect(broker.client.read(name, "agent:1")).rejects.toMatchObject({
    code: "vault-unavailable",
    retryAfter: 1,
  });
  expect(Date.now() - start).toBeLessThan(2000);
  expect((await broker.get("/readyz")).status).toBe(503);
  expect((await broker.get("/healthz")).status).toBe(200);
  vault.server.startAgain();
  await vault.unseal();
  await untilServed(name);
  await broker.untilReady();
});

test("while Vault is sealed, requests get a typed 503 with retry-after, and the broker serves once it is unsealed", async () => {
  const { name } = await written();
  await vault.seal();
  await expect(broker.client.read(name, "agent:1")).rejects.toMatchObject({
    code: "vault-sealed",
    retryAfter: 1,
  });
  const ready = await broker.get("/readyz");
  expect([ready.status, ready.body]).toEqual([503, expect.stringContaining("Vault is sealed")]);
  await vault.unseal();
  await untilServed(name);
});

test("the login is renewed, and made anew at its maximum life, without a failed request", async () => {
  const { name } = await written();
  for (const end = Date.now() + (LOGIN.maximum + LOGIN.ttl) * 1000; Date.now() < end; await sleep(100)) {
    await broker.client.read(name, "agent:1");
  }
  expect(vault.auditLog).toContain("auth/token/renew-self");
  expect(broker.log.match(/logged in to Vault/g)?.length).toBeGreaterThan(1);
});

test("an outage longer than the login's life ends with a new login", async () => {
  const { name, credential } = await written();
  await vault.server.stop("SIGKILL");
  await sleep(LOGIN.ttl * 1000 + 500);
  vault.server.startAgain();
  await vault.unseal();
  await untilServed(name);
  expect(await broker.client.read(name, "agent:1")).toEqual({ version: 1, credential });
});

test("a login that an operator revoked is replaced within the request", async () => {
  const { name, credential } = await written();
  await vault.call("POST", "sys/leases/revoke-prefix/auth/approle/login");
  expect(await broker.client.read(name, "agent:1")).toEqual({ version: 1, credential });
});

test("a broker that starts before Vault is unsealed waits for it", async () => {
  const { name, credential } = await written();
  await vault.seal();
  await using early = await BrokerProcess.start(files);
  await early.untilReady(503);
  await expect(early.client.read(name, "agent:1")).rejects.toMatchObject({ code: "vault-unavailable" });
  await vault.unseal();
  await early.untilReady();
  expect(await early.client.read(name, "agent:1")).toEqual({ version: 1, credential });
});

describe("while the disk under Vault's audit file is full", () => {
  /** Tries until Vault has opened the file anew, whose time nobody tells. */
  const until = async (code: string | undefined) => {
    for (const end = Date.now() + 20_000; ; await sleep(50)) {
      const got = await broker.client.read(named(), "agent:1").then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
      if (got === code) return;
      if (Date.now() > end) throw new Error(`a read ends with ${got}, not ${code}\n${broker.log}`);
    }
  };

  test("and there is no other device, nothing is answered, the error says that Vault fails, and nothing is lost", async () => {
    const { name, credential } = await written();
    const free = vault.fillAuditDisk();
    try {
      await until("vault-unavailable");
      await expect(broker.client.write(named(), { version: 0, credential }, "agent:1")).rejects.toMatchObject(
        {
          code: "vault-unavailable",
          message: expect.stringMatching(/Vault fails \(500.*whether it was changed is not known/) as string,
        },
      );
      expect(vault.server.log).toMatch(/no space left on device/);
    } finally {
      free();
    }
    await until(undefined);
    expect(await broker.client.read(name, "agent:1")).toEqual({ version: 1, credential });
  });

  test("and there is another one, as in the stack, credentials are served on", async () => {
    await vault.call("PUT", "sys/audit/stdout", { type: "file", options: { file_path: "stdout" } });
    const free = vault.fillAuditDisk();
    try {
      while (!vault.server.log.includes("connectors/data/")) await written();
      const { name, credential } = await written();
      expect(await broker.client.read(name, "agent:1")).toEqual({ version: 1, credential });
      expect(vault.server.log).toContain(name.connector);
    } finally {
      free();
      await vault.call("DELETE", "sys/audit/stdout");
    }
    await until(undefined);
  });
});

test(
  `of writes under ${CRASHES} kills of Vault at random moments, every acknowledged one is readable`,
  async () => {
    const acknowledged = new Map<string, string>();
    let attempts = 0;
    let stop = false;
    const writer = async () => {
      while (!stop) {
        const name = named();
        const key = randomBytes(24).toString("hex");
        attempts++;
        await broker.client.write(name, { version: 0, credential: { key } }, "agent:1").then(
          () => acknowledged.set(name.connector, key),
          () => sleep(20),
        );
      }
    };
    const writers = [writer(), writer(), writer(), writer()];
    let slowest = 0;
    for (let crash = 0; crash < CRASHES; crash++) {
      await sleep(Math.random() * 400);
      const start = Date.now();
      await vault.server.stop("SIGKILL");
      vault.server.startAgain();
      await vault.unseal();
      await untilServed(named());
      slowest = Math.max(slowest, Date.now() - start);
    }
    stop = true;
    await Promise.all(writers);

    const lost: string[] = [];
    for (const [connector, key] of acknowledged) {
      const stored = await broker.client.read({ organisation: "acme", connector }, "agent:1");
      if (stored?.credential["key"] !== key) lost.push(connector);
    }
    console.log(
      `${CRASHES} kills, ${attempts} writes tried, ${acknowledged.size} acknowledged, ${lost.length} lost; ` +
        `slowest from kill to serving: ${slowest} ms`,
    );
    expect(lost).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(CRASHES);
  },
  30_000 + CRASHES * 10_000,
);

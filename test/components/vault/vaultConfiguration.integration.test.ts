import { join } from "node:path";

import { Agent, request } from "undici";

import { VaultClient } from "../../../provider/vault/client";
import { awaitActive, awaitAnswer, unseal } from "../../../provider/vault/unseal";
import { createBrokerFiles } from "../../apps/gateway/broker/brokerFixture";
import { BrokerProcess } from "../../apps/gateway/broker/brokerProcess";
import { PulumiProject } from "../../support/pulumiProject";
import { RealVault } from "../../support/realVault";

// The component on the real engine, through the Vault plugin, against a real Vault; then the broker on what it made.

jest.setTimeout(180_000);

const program = `
import * as vault from "@pulumi/vault";
import { VaultConfiguration } from "@apexmcp/components/vault/vaultConfiguration";
const provider = new vault.Provider("vault", {
  address: process.env.TEST_VAULT_ADDRESS!,
  token: process.env.TEST_VAULT_TOKEN!,
  caCertFile: process.env.TEST_VAULT_CA!,
});
const configuration = new VaultConfiguration(
  "vault",
  {
    auditFile: process.env.TEST_AUDIT_FILE!,
    brokerGeneration: process.env.TEST_GENERATION!,
    wrapSecretId: process.env.TEST_WRAP === "true",
  },
  { provider },
);
export const roleId = configuration.roleId;
export const secretIdFile = configuration.secretIdFile;
`;
const silent = { progress: () => undefined, info: () => undefined, warn: () => undefined };

let vault: RealVault;
let project: PulumiProject;
let rootToken: string;

beforeAll(async () => {
  vault = await RealVault.start();
  await using client = new VaultClient({ address: vault.address, caCertificate: vault.caCertificate });
  const status = await awaitAnswer(client, silent);
  const keys = await client.initialise();
  rootToken = keys.rootToken;
  await unseal(client, { ...status, t: 1, n: 1 }, Buffer.from(keys.unsealKey, "hex"));
  await awaitActive(client, silent);
  project = new PulumiProject(program);
  expect(await project.pulumi(["stack", "init", "dev"])).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await vault?.[Symbol.asyncDispose]();
  await project?.[Symbol.asyncDispose]();
});

const run = (args: string[], generation = "1", wrap = true) =>
  project.pulumi(args, {
    TEST_VAULT_ADDRESS: vault.address,
    TEST_VAULT_TOKEN: rootToken,
    TEST_VAULT_CA: vault.caFile,
    TEST_AUDIT_FILE: join(vault.directory, "audit.log"),
    TEST_GENERATION: generation,
    TEST_WRAP: String(wrap),
  });
const up = (generation?: string, wrap?: boolean) => run(["up", "--yes", "--skip-preview"], generation, wrap);

interface Outputs {
  roleId: string;
  secretIdFile: Record<string, string>;
}

async function outputs(): Promise<Outputs> {
  const { output } = await run(["stack", "output", "--json", "--show-secrets"]);
  return JSON.parse(output.slice(output.indexOf("{"))) as Outputs;
}

async function brokerOn({ roleId, secretIdFile }: Outputs) {
  const files = await createBrokerFiles({
    address: vault.address,
    caCertificate: vault.caCertificate,
    roleId,
  });
  files.remove("VAULT_SECRET_ID");
  for (const [name, content] of Object.entries(secretIdFile)) files.write(name, content);
  return { files, broker: await BrokerProcess.start(files) };
}

const name = { organisation: "acme", connector: "github" };

// One stack's life, in order.
test("a deployment configures Vault, and says no secret", async () => {
  const first = await up();
  expect(first).toMatchObject({ code: 0 });
  const { secretIdFile } = await outputs();
  expect(Object.keys(secretIdFile)).toEqual(["VAULT_WRAPPED_SECRET_ID"]);
  for (const secret of [rootToken, ...Object.values(secretIdFile)])
    expect(first.output).not.toContain(secret);
});

test("a broker logs in with what it made and uses credentials", async () => {
  const { files, broker } = await brokerOn(await outputs());
  await using own = broker;
  await own.untilReady();
  expect(await own.client.write(name, { version: 0, credential: { key: "v" } }, "agent:1")).toBe(1);
  expect(await own.client.read(name, "agent:1")).toEqual({ version: 1, credential: { key: "v" } });
  await expect(own.client.write(name, { version: 0, credential: {} }, "agent:1")).rejects.toMatchObject({
    code: "version-conflict",
  });
  files.remove();
});

test("a second deployment changes nothing", async () => {
  expect(await run(["preview", "--expect-no-changes"])).toMatchObject({ code: 0 });
});

test("a new generation of the broker gets a new secret id, and the one before is refused", async () => {
  expect(await up("2", false)).toMatchObject({ code: 0 });
  const second = await outputs();
  expect(Object.keys(second.secretIdFile)).toEqual(["VAULT_SECRET_ID"]);
  expect(await up("3", false)).toMatchObject({ code: 0 });
  const third = await outputs();
  expect(third.secretIdFile).not.toEqual(second.secretIdFile);

  const old = await brokerOn(second);
  await using refused = old.broker;
  expect(await refused.exit).toBe(1);
  const current = await brokerOn(third);
  await using accepted = current.broker;
  await accepted.untilReady();
  expect((await accepted.client.read(name, "agent:1"))?.version).toBe(1);
  old.files.remove();
  current.files.remove();
});

test("a destroy takes the broker's access away and leaves the credentials", async () => {
  const { files, broker } = await brokerOn(await outputs());
  await using own = broker;
  await own.untilReady();
  expect(await run(["destroy", "--yes", "--skip-preview"], "3", false)).toMatchObject({ code: 0 });
  await expect(own.client.read(name, "agent:1")).rejects.toMatchObject({ code: "vault-refused" });
  const dispatcher = new Agent({ connect: { ca: vault.caCertificate } });
  const headers = { "x-vault-token": rootToken };
  const kept = await request(`${vault.address}/v1/connectors/data/acme/github`, { dispatcher, headers });
  expect(await kept.body.json()).toMatchObject({ data: { data: { key: "v" } } });
  await dispatcher.close();
  files.remove();
});

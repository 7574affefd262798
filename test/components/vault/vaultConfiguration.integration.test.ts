import { join } from "node:path";

import { Agent, request } from "undici";
import { z } from "zod";

import { VaultClient } from "../../../provider/vault/client";
import { createDeployer, type Deployer } from "../../../provider/vault/deployer";
import { awaitActive, awaitAnswer, unseal } from "../../../provider/vault/unseal";
import { createBrokerFiles, type BrokerFiles } from "../../apps/gateway/broker/brokerFixture";
import { BrokerProcess } from "../../apps/gateway/broker/brokerProcess";
import { PulumiProject } from "../../support/pulumiProject";
import { RealVault } from "../../support/realVault";

// The component on the real engine, through the Vault plugin, against a real Vault; then the broker on what it made.

jest.setTimeout(300_000);

const program = `
import { readFileSync } from "node:fs";
import * as vault from "@pulumi/vault";
import { VaultConfiguration } from "@apexmcp/components/vault/vaultConfiguration";
const provider = new vault.Provider("vault", {
  address: process.env.TEST_VAULT_ADDRESS!,
  caCertFile: process.env.TEST_VAULT_CA!,
  authLogin: {
    path: "auth/deployer/login",
    parameters: { role_id: process.env.TEST_ROLE_ID!, secret_id: process.env.TEST_SECRET_ID! },
  },
  skipChildToken: true,
});
const configuration = new VaultConfiguration(
  "vault",
  {
    auditFile: process.env.TEST_AUDIT_FILE!,
    deployer: {
      address: process.env.TEST_VAULT_ADDRESS!,
      caCertificate: readFileSync(process.env.TEST_VAULT_CA!, "utf8"),
      roleId: process.env.TEST_ROLE_ID!,
      secretId: process.env.TEST_SECRET_ID!,
    },
    brokerNetwork: process.env.TEST_NETWORK!,
    brokerGeneration: process.env.TEST_GENERATION!,
  },
  { provider },
);
export const roleId = configuration.roleId;
export const wrappedSecretId = configuration.wrappedSecretId;
`;
const silent = { progress: () => undefined, info: () => undefined, warn: () => undefined };

let vault: RealVault;
let project: PulumiProject;
let rootToken: string;
let deployer: Deployer;

beforeAll(async () => {
  vault = await RealVault.start();
  await using client = new VaultClient({ address: vault.address, caCertificate: vault.caCertificate });
  const status = await awaitAnswer(client, silent);
  const keys = await client.initialise();
  rootToken = keys.rootToken;
  await unseal(client, { ...status, t: 1, n: 1 }, Buffer.from(keys.unsealKey, "hex"));
  await awaitActive(client, silent);
  deployer = await createDeployer(client, rootToken);
  project = new PulumiProject(program);
  expect(await project.pulumi(["stack", "init", "dev"])).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await vault?.[Symbol.asyncDispose]();
  await project?.[Symbol.asyncDispose]();
});

interface Change {
  generation?: string;
  /** From where the broker may log in. */
  network?: string;
}
let deployed: Required<Change> = { generation: "1", network: "127.0.0.1/32" };

const run = (args: string[]) =>
  project.pulumi(args, {
    TEST_VAULT_ADDRESS: vault.address,
    TEST_VAULT_CA: vault.caFile,
    TEST_ROLE_ID: deployer.roleId,
    TEST_SECRET_ID: deployer.secretId,
    TEST_AUDIT_FILE: join(vault.directory, "audit.log"),
    TEST_GENERATION: deployed.generation,
    TEST_NETWORK: deployed.network,
  });
const up = (change: Change = {}) => {
  deployed = { ...deployed, ...change };
  return run(["up", "--yes", "--skip-preview"]);
};

interface Outputs {
  roleId: string;
  wrappedSecretId: string;
}

async function outputs(): Promise<Outputs> {
  const { output } = await run(["stack", "output", "--json", "--show-secrets"]);
  return JSON.parse(output.slice(output.indexOf("{"))) as Outputs;
}

const filesOf = ({ roleId, wrappedSecretId }: Outputs) =>
  createBrokerFiles({
    address: vault.address,
    caCertificate: vault.caCertificate,
    roleId,
    wrappedSecretId,
  });

const name = { organisation: "acme", connector: "github" };
let files: BrokerFiles;

// One stack's life, in order.
test("a deployment with the deployer's rights configures Vault, and says no secret", async () => {
  const first = await up();
  expect(first).toMatchObject({ code: 0 });
  const { wrappedSecretId } = await outputs();
  for (const secret of [rootToken, wrappedSecretId, deployer.secretId]) {
    expect(first.output).not.toContain(secret);
  }
});

test("a broker logs in with what it made, uses credentials, and starts again after a crash", async () => {
  files = await filesOf(await outputs());
  await using own = await BrokerProcess.start(files);
  await own.untilReady();
  expect(await own.client.write(name, { version: 0, credential: { key: "v" } }, "agent:1")).toBe(1);
  await expect(own.client.write(name, { version: 0, credential: {} }, "agent:1")).rejects.toMatchObject({
    code: "version-conflict",
  });
  own.kill("SIGKILL");
  await own.exit;
  await using again = await BrokerProcess.start(files);
  await again.untilReady();
  expect(await again.client.read(name, "agent:1")).toEqual({ version: 1, credential: { key: "v" } });
});

test("a second deployment changes nothing", async () => {
  expect(await run(["preview", "--expect-no-changes"])).toMatchObject({ code: 0 });
});

test("a secret id whose token was used without a login is made anew, and the one before is refused", async () => {
  expect(await up({ generation: "2" })).toMatchObject({ code: 0 });
  const stolen = await outputs();
  expect(await run(["preview", "--expect-no-changes"])).toMatchObject({ code: 0 });
  await using client = new VaultClient({ address: vault.address, caCertificate: vault.caCertificate });
  const call = { method: "PUT", path: "sys/wrapping/unwrap", token: stolen.wrappedSecretId } as const;
  const { data } = await client.ask(z.object({ data: z.object({ secret_id: z.string() }) }), call);
  const again = await up();
  expect(again).toMatchObject({ code: 0 });
  expect(again.output).toContain("somebody used it and nobody has logged in since");
  expect((await outputs()).wrappedSecretId).not.toBe(stolen.wrappedSecretId);
  const body = { role_id: stolen.roleId, secret_id: data.secret_id };
  await expect(client.call({ method: "PUT", path: "auth/approle/login", body })).rejects.toThrow("400");
});

test("a new generation of the broker gets a new secret id, and the one before is refused", async () => {
  await using refused = await BrokerProcess.start(files);
  expect(await refused.exit).toBe(1);
  expect(refused.log).toContain("invalid role or secret ID");
  const { wrappedSecretId } = await outputs();
  files.write("VAULT_WRAPPED_SECRET_ID", wrappedSecretId);
  await using accepted = await BrokerProcess.start(files);
  await accepted.untilReady();
  expect((await accepted.client.read(name, "agent:1"))?.version).toBe(1);
});

test("neither the secret id nor a login works from outside the broker's network", async () => {
  await using own = await BrokerProcess.start(files);
  await own.untilReady();
  expect(await up({ network: "10.255.255.0/24" })).toMatchObject({ code: 0 });
  await using outside = await BrokerProcess.start(files);
  expect(await outside.exit).toBe(1);
  expect(outside.log).toMatch(/source address .* unauthorized/);
  expect(await up({ network: "127.0.0.1/32" })).toMatchObject({ code: 0 });
});

test("a destroy takes the broker's access away and leaves the credentials", async () => {
  await using own = await BrokerProcess.start(files);
  await own.untilReady();
  expect(await run(["destroy", "--yes", "--skip-preview"])).toMatchObject({ code: 0 });
  await expect(own.client.read(name, "agent:1")).rejects.toMatchObject({ code: "vault-refused" });
  const dispatcher = new Agent({ connect: { ca: vault.caCertificate } });
  const headers = { "x-vault-token": rootToken };
  const kept = await request(`${vault.address}/v1/connectors/data/acme/github`, { dispatcher, headers });
  expect(await kept.body.json()).toMatchObject({ data: { data: { key: "v" } } });
  await dispatcher.close();
  files.remove();
});

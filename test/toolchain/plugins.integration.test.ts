import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { imageReference, readImageLock } from "../../images/imageLock";
import { stateIn } from "../../commands/state";
import { mapProvider, type Upstream } from "../../toolchain/mapping";
import { pluginPath, plugins } from "../../toolchain/parts";
import { toolchainReport } from "../../toolchain/versions";
import { PulumiProject } from "../support/pulumiProject";
import { freePort } from "../support/freePort";
import { RealVault, vaultBinary } from "../support/realVault";

jest.setTimeout(240_000);

const report = toolchainReport();
// The official plugins have everything, so there is nothing for them to refuse.
const whereBuilt = report.every((entry) => entry.source === "built") ? test : test.skip;
const nowhere = "http://127.0.0.1:1/";

async function preview(program: string): Promise<{ code: number; output: string }> {
  await using project = new PulumiProject(program);
  await project.pulumi(["stack", "init", "test"]);
  return await project.pulumi(["preview"]);
}

test("every part of the toolchain is in place", () => {
  expect(report.filter((entry) => !entry.ok)).toEqual([]);
});

test("a program with every SDK previews without its servers", async () => {
  const { code, output } = await preview(`
    import * as docker from "@pulumi/docker";
    import * as github from "@pulumi/github";
    import * as postgresql from "@pulumi/postgresql";
    import * as pulumi from "@pulumi/pulumi";
    import * as vault from "@pulumi/vault";
    new docker.Network("network", { internal: true, ipamConfigs: [{ subnet: "10.231.7.0/24" }] });
    const v = new vault.Provider("vault", { address: "${nowhere}", token: "none", skipChildToken: true });
    new vault.Mount("mount", { path: "kv", type: "kv-v2" }, { provider: v });
    new vault.approle.AuthBackendRole("role", { roleName: "r", tokenPolicies: ["p"] }, { provider: v });
    const p = new postgresql.Provider("postgresql", { host: "127.0.0.1", port: 1, username: "u", superuser: false,
      password: pulumi.secret("none"), sslmode: "verify-full", sslrootcert: "/ca.crt", expectedVersion: "15.0.0" });
    new postgresql.Role("role", { name: "r", login: true, connectionLimit: 3 }, { provider: p });
    const g = new github.Provider("github", { owner: "o", baseUrl: "${nowhere}" });
    new github.RepositoryEnvironment("environment", { repository: "r", environment: "e",
      reviewers: [{ users: [1] }], deploymentBranchPolicy: { protectedBranches: true, customBranchPolicies: false },
    }, { provider: g });
  `);
  expect(output).toContain("to create");
  expect(output).not.toContain("error");
  expect(code).toBe(0);
});

const refusals: [what: string, program: string, message: string][] = [
  [
    "an input that the upstream lacks",
    `new vault.AuthBackend("a", { type: "approle", disableRemount: true },
       { provider: new vault.Provider("v", { address: "${nowhere}", token: "none", skipChildToken: true }) });`,
    'vault:index/authBackend:AuthBackend has no input "disableRemount"',
  ],
  [
    "one inside a list of objects",
    `new docker.Network("n", { ipamConfigs: [{ subnet: "10.231.7.0/24", gatewai: "x" }] } as any);`,
    'has no input "ipamConfigs[0].gatewai"',
  ],
  [
    "one that is a secret",
    `new vault.AuthBackend("a", { type: "approle", identityTokenKey: pulumi.secret("x") },
       { provider: new vault.Provider("v", { address: "${nowhere}", token: "none", skipChildToken: true }) });`,
    'has no input "identityTokenKey"',
  ],
  [
    "a provider setting",
    `new vault.Mount("m", { path: "x", type: "kv" }, {
       provider: new vault.Provider("v", { address: "${nowhere}", token: "none", tlsServerName: "x" }) });`,
    'the vault provider has no input "tlsServerName"',
  ],
  [
    "a resource type",
    `new vault.kv.Secret("s", { path: "x", dataJson: "{}" }, {
       provider: new vault.Provider("v", { address: "${nowhere}", token: "none", skipChildToken: true }) });`,
    "resource type vault:kv/secret:Secret is not in this vault plugin",
  ],
  [
    "docker.Image, which is no Terraform resource",
    `new docker.Image("i", { imageName: "x", build: { context: "." }, skipPush: true });`,
    "Build images with the docker command instead",
  ],
  [
    "a function",
    `vault.kv.getSecretOutput({ path: "x" }, {
       provider: new vault.Provider("v", { address: "${nowhere}", token: "none", skipChildToken: true }) });`,
    "function vault:kv/getSecret:getSecret is not in this vault plugin",
  ],
];

whereBuilt.each(refusals)("a built plugin refuses %s by name", async (_, program, message) => {
  const { code, output } = await preview(`
    import * as docker from "@pulumi/docker";
    import * as pulumi from "@pulumi/pulumi";
    import * as vault from "@pulumi/vault";
    ${program}
  `);
  expect(output).toContain(message);
  expect(code).not.toBe(0);
});

whereBuilt.each(plugins)("everything that the $name SDK shares with its upstream is mapped", (plugin) => {
  const schema = execFileSync(pluginPath(plugin), ["-schema"], { encoding: "utf8", maxBuffer: 1 << 26 });
  const sdk = path.dirname(require.resolve(`@pulumi/${plugin.name}/package.json`));
  const committed = path.join(__dirname, `../../toolchain/pulumi-resource-${plugin.name}/mapping.json`);
  const { mapping } = mapProvider(plugin.name, JSON.parse(schema) as Upstream, sdk);
  expect(JSON.parse(readFileSync(committed, "utf8"))).toEqual(mapping);
  expect(Object.keys(mapping.resources).length).toBeGreaterThan(5);
});

test("a network, volume and container are created, and a refresh right after shows no difference", async () => {
  const { node } = readImageLock(stateIn(undefined).imageLockFile).images;
  const port = await freePort();
  const third = randomBytes(1)[0];
  await using project = new PulumiProject(`
    import * as docker from "@pulumi/docker";
    const network = new docker.Network("network", { ipamConfigs: [{ subnet: "10.231.${third}.0/24" }] });
    const volume = new docker.Volume("volume");
    new docker.Container("container", {
      image: "${imageReference(node)}", command: ["node", "-e", "setInterval(() => {}, 60000)"], entrypoints: [],
      readOnly: true, memory: 128, memorySwap: 128, user: "1000:1000", restart: "on-failure", maxRetryCount: 5,
      capabilities: { drops: ["ALL"] }, securityOpts: ["no-new-privileges:true"], tmpfs: { "/tmp": "rw,noexec,size=16m" },
      networksAdvanced: [{ name: network.name, aliases: ["thing"] }],
      volumes: [{ volumeName: volume.name, containerPath: "/data" }],
      ports: [{ internal: 8080, external: ${port}, ip: "127.0.0.1" }], ulimits: [{ name: "nproc", soft: 512, hard: 512 }],
      healthcheck: { tests: ["CMD", "true"], interval: "5s", timeout: "2s", retries: 3, startPeriod: "0s" },
    });
  `);
  await project.pulumi(["stack", "init", "test"]);
  try {
    expect(await project.pulumi(["up", "--yes", "--skip-preview"])).toMatchObject({ code: 0 });
    expect(await project.pulumi(["preview", "--refresh", "--expect-no-changes"])).toMatchObject({ code: 0 });
  } finally {
    expect(await project.pulumi(["destroy", "--yes", "--skip-preview"])).toMatchObject({ code: 0 });
  }
});

test("an output that the upstream marks sensitive is a secret in the state", async () => {
  await using server = await RealVault.start();
  const rootToken = await initialise(server);
  await using project = new PulumiProject(`
    import * as vault from "@pulumi/vault";
    const provider = new vault.Provider("vault", {
      address: "${server.address}", token: process.env.TOKEN, caCertFile: "${server.caFile}", skipChildToken: true });
    const backend = new vault.AuthBackend("approle", { type: "approle" }, { provider });
    const role = new vault.approle.AuthBackendRole("role", { backend: backend.path, roleName: "role" }, { provider });
    export const secretId = new vault.approle.AuthBackendRoleSecretId("id", {
      backend: backend.path, roleName: role.roleName }, { provider }).secretId;
  `);
  await project.pulumi(["stack", "init", "test"]);
  expect(await project.pulumi(["up", "--yes", "--skip-preview"], { TOKEN: rootToken })).toMatchObject({
    code: 0,
  });
  expect((await project.pulumi(["stack", "output", "secretId"])).output).toContain("[secret]");
  const { output: secretId } = await project.pulumi(["stack", "output", "secretId", "--show-secrets"]);
  const { output: state } = await project.pulumi(["stack", "export"]);
  expect(secretId.trim()).toMatch(/^[0-9a-f-]{36}$/);
  expect(state).not.toContain(secretId.trim());
});

/** Initialises and unseals the server. @returns its root token */
async function initialise(server: RealVault): Promise<string> {
  const env = { ...process.env, VAULT_ADDR: server.address, VAULT_CACERT: server.caFile };
  const vault = (args: string[], input?: string) =>
    execFileSync(vaultBinary(), args, { env, input, encoding: "utf8" });
  const sealed = 2;
  for (let tries = 0; spawnSync(vaultBinary(), ["status"], { env }).status !== sealed; tries++) {
    if (tries === 100) throw new Error(`Vault does not answer: ${server.log}`);
    await sleep(200);
  }
  const initialised = vault(["operator", "init", "-key-shares=1", "-key-threshold=1", "-format=json"]);
  const { unseal_keys_b64, root_token } = JSON.parse(initialised) as {
    unseal_keys_b64: [string];
    root_token: string;
  };
  vault(["write", "sys/unseal", "key=-"], unseal_keys_b64[0]);
  return root_token;
}

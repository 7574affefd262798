import { randomBytes } from "node:crypto";
import { join } from "node:path";

import { VaultClient } from "../../../provider/vault/client";
import { readInitFile } from "../../../provider/vault/initFile";
import { PulumiProject, type Run } from "../../support/pulumiProject";
import { RealVault } from "../../support/realVault";

jest.setTimeout(180_000);

const program = `
import { readFileSync } from "node:fs";
import { Seal } from "@apexmcp/components/vault/seal";
const seal = new Seal("vault", {
  address: process.env.SEAL_ADDRESS!,
  caCertificate: readFileSync(process.env.SEAL_CA!, "utf8"),
  unsealKey: process.env.SEAL_KEY,
  initialiseTo: process.env.SEAL_FILE,
});
export const clusterId = seal.clusterId;
export const sealed = seal.sealed;
`;
const urn = "urn:pulumi:dev::scratch::hardening:vault:Seal::vault";

let vault: RealVault;
let project: PulumiProject;
let keyFile: string;

beforeAll(async () => {
  vault = await RealVault.start();
  keyFile = join(vault.directory, "vault-init.json");
  project = new PulumiProject(program);
  expect(await project.pulumi(["stack", "init", "dev"])).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await vault?.[Symbol.asyncDispose]();
  await project?.[Symbol.asyncDispose]();
});

function run(
  args: string[],
  key: { SEAL_KEY?: string; SEAL_FILE?: string } = { SEAL_FILE: keyFile },
): Promise<Run> {
  return project.pulumi(args, { SEAL_ADDRESS: vault.address, SEAL_CA: vault.caFile, ...key });
}
const up = (...args: string[]) => run(["up", "--yes", "--skip-preview", ...args]);
const isSealed = async () => {
  await using client = new VaultClient({ address: vault.address, caCertificate: vault.caCertificate });
  return (await client.sealStatus()).sealed;
};
const keys = () => readInitFile(keyFile)!;
const expectNoSecretIn = (text: string) => {
  expect(text).not.toContain(keys().unsealKey);
  expect(text).not.toContain(Buffer.from(keys().unsealKey, "hex").toString("base64"));
  expect(text).not.toContain(keys().deployer!.secretId);
};

// One stack's life, in order.
test("a first preview contacts nothing", async () => {
  await vault.stop();
  const preview = await run(["preview"]);
  expect(preview).toMatchObject({ code: 0, output: expect.stringContaining("+ 2 to create") as string });
  expect(preview.output).not.toContain("answer");
  vault.startAgain();
});

test("a deployment initialises and unseals", async () => {
  const first = await up();
  expect(first).toMatchObject({ code: 0, output: expect.stringContaining("sealed   : false") as string });
  expect(await isSealed()).toBe(false);
  expectNoSecretIn(first.output);
});

test("nothing changes right after it, with a refresh too", async () => {
  expect(await run(["preview", "--refresh", "--expect-no-changes"])).toMatchObject({ code: 0 });
});

test("the key from the configuration takes the file's place; neither is in the state in clear", async () => {
  const withKey = await run(["up", "--yes", "--skip-preview"], { SEAL_KEY: keys().unsealKey });
  expect(withKey).toMatchObject({ code: 0, output: expect.stringContaining("~ 1 updated") as string });
  const state = (await run(["stack", "export"])).output;
  expect(state).toContain('"ciphertext"');
  expectNoSecretIn(state + withKey.output);
  expect(await up()).toMatchObject({ code: 0 });
});

test("a restarted Vault is an update in a preview, and the next deployment unseals it", async () => {
  await vault.restart();
  const preview = await run(["preview"]);
  expect(preview).toMatchObject({ code: 0, output: expect.stringContaining("~ 1 to update") as string });
  expect(await isSealed()).toBe(true);
  expect(await up()).toMatchObject({ code: 0 });
  expect(await isSealed()).toBe(false);
  expect(await run(["preview", "--refresh", "--expect-no-changes"])).toMatchObject({ code: 0 });
});

test("a refresh sees that Vault is sealed", async () => {
  await vault.restart();
  expect(await run(["refresh", "--yes", "--skip-preview"])).toMatchObject({ code: 0 });
  expect((await run(["stack", "output", "sealed"])).output.trim()).toBe("false");
  expect((await run(["stack", "export"])).output).toContain('"sealed": true');
  expect(await up()).toMatchObject({ code: 0 });
});

test("a Vault that doesn't answer is an update with a warning in a preview", async () => {
  await vault.stop();
  const preview = await run(["preview"]);
  expect(preview).toMatchObject({ code: 0, output: expect.stringContaining("~ 1 to update") as string });
  expect(preview.output).toMatch(/warning: Vault doesn't answer at .*pulumi up will wait for it/);
  vault.startAgain();
  expect(await up()).toMatchObject({ code: 0 });
});

test("a wrong key fails the deployment with the fix, and shows no key", async () => {
  await vault.restart();
  const wrong = randomBytes(32).toString("hex");
  const failed = await run(["up", "--yes", "--skip-preview"], { SEAL_KEY: wrong });
  expect(failed.code).not.toBe(0);
  expect(failed.output).toMatch(
    /the unseal key is not the one of Vault at .*: sha256:\w+ was given, sha256:\w+ unsealed/,
  );
  expect(failed.output + (await run(["stack", "export"])).output).not.toContain(wrong);
  expect(await up()).toMatchObject({ code: 0 });
});

test("a malformed key fails before anything is contacted, and isn't shown", async () => {
  const malformed = randomBytes(20).toString("hex");
  const failed = await run(["preview"], { SEAL_KEY: malformed });
  expect(failed.code).not.toBe(0);
  expect(failed.output).toMatch(/unsealKey.*is not an unseal key: expected 64 hex digits/s);
  expect(failed.output).not.toContain(malformed);
});

test("a Vault initialised anew fails the preview, and is taken only with --replace", async () => {
  await vault.empty();
  const other = join(vault.directory, "other.json");
  const failed = await run(["up", "--yes", "--skip-preview"], { SEAL_FILE: other });
  expect(failed.code).not.toBe(0);
  expect(failed.output).toMatch(/was initialised again or lost its storage behind the stack's back/);
  const taken = await run(["up", "--yes", "--skip-preview", "--replace", urn], { SEAL_FILE: other });
  expect(taken).toMatchObject({ code: 0 });
  expect(await run(["preview", "--expect-no-changes"], { SEAL_FILE: other })).toMatchObject({ code: 0 });
});

test("a destroyed stack leaves Vault as it is", async () => {
  expect(await run(["destroy", "--yes", "--skip-preview"])).toMatchObject({ code: 0 });
  expect(await isSealed()).toBe(false);
});

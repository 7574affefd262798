import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

import { makeRootToken } from "../../../commands/vault/rootToken";
import { CeremonyLog } from "../../../provider/vault/ceremonyLog";
import { VaultClient } from "../../../provider/vault/client";
import { readInitFile } from "../../../provider/vault/initFile";
import { awaitActive, awaitAnswer } from "../../../provider/vault/unseal";
import { ceremony, type Outcome } from "../../support/ceremony";
import { ContainerVault, docker } from "../../support/containerVault";

jest.setTimeout(180_000);

const quiet = { progress: () => undefined, info: () => undefined, warn: () => undefined };
const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

class Stack {
  readonly client: VaultClient;
  readonly keyFile: string;

  constructor(readonly vault: ContainerVault) {
    this.client = new VaultClient({
      address: vault.address,
      caCertificate: readFileSync(vault.caFile, "utf8"),
    });
    this.keyFile = join(vault.directory, "key.json");
    mkdirSync(join(vault.directory, "state"));
    opened.push(vault, this.client);
  }

  command(name: string, ...args: string[]): Promise<Outcome> {
    return ceremony(name, args, {
      APEXMCP_STATE: join(this.vault.directory, "state"),
      VAULT_ADDR: this.vault.address,
      VAULT_CACERT: this.vault.caFile,
    });
  }

  get key(): Buffer {
    return Buffer.from(readInitFile(this.keyFile)!.unsealKey, "hex");
  }
}

async function emptyStack(): Promise<Stack> {
  const stack = new Stack(await ContainerVault.start());
  await awaitAnswer(stack.client, quiet);
  return stack;
}

async function stackWithKv(): Promise<Stack & { token: string }> {
  const stack = await emptyStack();
  expect(await stack.command("vaultInit", "--key-file", stack.keyFile)).toMatchObject({ code: 0 });
  const token = await makeRootToken(stack.client, stack.key);
  const body = { type: "kv", options: { version: "2" } };
  await stack.client.call({ method: "PUT", path: "sys/mounts/kv", token, body });
  return Object.assign(stack, { token });
}

async function write(stack: Stack & { token: string }, name: string): Promise<void> {
  const call = {
    method: "PUT",
    path: `kv/data/${name}`,
    token: stack.token,
    body: { data: { name } },
  } as const;
  for (;;) {
    try {
      return void (await stack.client.call(call));
    } catch (error) {
      // KV v2 sets itself up after it is mounted.
      if (!/upgrading/i.test((error as Error).message)) throw error;
    }
  }
}

async function names(stack: Stack): Promise<string[]> {
  const token = await makeRootToken(stack.client, stack.key);
  const listed = z.object({ data: z.object({ keys: z.array(z.string()) }) });
  const { data } = await stack.client.ask(listed, { method: "GET", path: "kv/metadata/?list=true", token });
  const value = z.object({ data: z.object({ data: z.object({ name: z.string() }) }) });
  for (const name of data.keys) {
    const read = await stack.client.ask(value, { method: "GET", path: `kv/data/${name}`, token });
    expect(read.data.data.name).toBe(name);
  }
  return data.keys;
}

test("a backup under writes, restored into an empty stack, has every write acknowledged before it", async () => {
  const old = await stackWithKv();
  const before: string[] = [];
  for (let i = 0; i < 20; i++) {
    await write(old, `before-${i}`);
    before.push(`before-${i}`);
  }
  let writing = true;
  const during = (async () => {
    for (let i = 0; writing && i < 5_000; i++) await write(old, `during-${i}`);
  })();
  const file = join(old.vault.directory, "vault.tar");
  const backup = await old.command("vaultBackup", "--container", old.vault.name, "--to", file);
  writing = false;
  await during;
  expect(backup).toMatchObject({
    code: 0,
    output: expect.stringMatching(/Vault was paused for \d+\.\d s/) as string,
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file).includes("before-1")).toBe(false); // names are encrypted too

  const empty = await emptyStack();
  const args = ["--container", empty.vault.name, "--from", file, "--key-file", old.keyFile];
  const restored = await empty.command("vaultRestore", ...args);
  expect(restored).toMatchObject({ code: 0 });
  expect((await empty.client.sealStatus()).cluster_id).toBe((await old.client.sealStatus()).cluster_id);
  Object.defineProperty(empty, "key", { value: old.key });
  expect(await names(empty)).toEqual(expect.arrayContaining(before));
  const log = CeremonyLog.open(join(empty.vault.directory, "state", "vault-ceremonies.jsonl")).entries();
  expect(log.map(({ event }) => event)).toEqual(["restored"]);

  // Unsealed by the same key after a restart too, and never over data.
  empty.vault.restart();
  await awaitAnswer(empty.client, quiet);
  expect(await empty.command("vaultUnseal", "--key-file", old.keyFile)).toMatchObject({ code: 0 });
  const again = await empty.command("vaultRestore", ...args);
  expect(again).toMatchObject({ code: 1, output: expect.stringContaining("holds data already") as string });
  expect(await names(empty)).toEqual(expect.arrayContaining(before));
});

test("a restore refuses what it can't trust, and leaves the empty Vault empty", async () => {
  const stack = await stackWithKv();
  const file = join(stack.vault.directory, "vault.tar");
  const backup = ["--container", stack.vault.name, "--to", file];
  expect(await stack.command("vaultBackup", ...backup)).toMatchObject({ code: 0 });
  expect(await stack.command("vaultBackup", ...backup)).toMatchObject({
    code: 1,
    output: expect.stringContaining("exists already") as string,
  });

  const empty = await emptyStack();
  const from = (...args: string[]) => empty.command("vaultRestore", "--container", empty.vault.name, ...args);
  const otherKey = await emptyStack();
  expect(await otherKey.command("vaultInit", "--key-file", otherKey.keyFile)).toMatchObject({ code: 0 });
  expect(await from("--from", file, "--key-file", otherKey.keyFile)).toMatchObject({
    code: 1,
    output: expect.stringMatching(/was made under the key sha256:\w+, and sha256:\w+ is given/) as string,
  });
  expect(
    await from("--from", join(stack.vault.directory, "none"), "--key-file", stack.keyFile),
  ).toMatchObject({
    code: 1,
    output: expect.stringContaining("there is no ") as string,
  });
  appendFileSync(file, "x");
  expect(await from("--from", file, "--key-file", stack.keyFile)).toMatchObject({
    code: 1,
    output: expect.stringContaining("its checksum differs") as string,
  });
  expect((await empty.client.sealStatus()).initialized).toBe(false);
});

test("a backup that fails leaves no file, and Vault running", async () => {
  const stack = await stackWithKv();
  const missing = join(stack.vault.directory, "missing", "vault.tar");
  expect(
    await stack.command("vaultBackup", "--container", stack.vault.name, "--to", missing),
  ).not.toMatchObject({
    code: 0,
  });
  expect(existsSync(missing)).toBe(false);
  await awaitActive(stack.client, quiet);
  const unknown = `none-${randomBytes(4).toString("hex")}`;
  expect(
    await stack.command("vaultBackup", "--container", unknown, "--to", `${stack.keyFile}.tar`),
  ).toMatchObject({
    code: 1,
    output: expect.stringMatching(/no such container/i) as string,
  });
  expect(
    docker("ps", "--all", "--filter", `volume=${stack.vault.name}`, "--format", "{{.Names}}").trim(),
  ).toBe(stack.vault.name);
});

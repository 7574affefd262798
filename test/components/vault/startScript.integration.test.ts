import { copyFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { VaultClient } from "../../../provider/vault/client";
import { awaitActive, awaitAnswer, unseal } from "../../../provider/vault/unseal";
import { RealVault } from "../../support/realVault";

jest.setTimeout(60_000);

const quiet = { progress: () => undefined, info: () => undefined, warn: () => undefined };
let vault: RealVault;
let client: VaultClient;
let key: Buffer;
let token: string;
beforeEach(async () => {
  vault = await RealVault.start();
  client = new VaultClient(vault);
  await awaitAnswer(client, quiet);
  const { unsealKey, rootToken } = await client.initialise();
  [key, token] = [Buffer.from(unsealKey, "hex"), rootToken];
  await unsealed();
});
afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await vault[Symbol.asyncDispose]();
});

async function unsealed(): Promise<void> {
  await unseal(client, await awaitAnswer(client, quiet), key);
  await awaitActive(client, quiet);
}

const put = (path: string, body: object) => client.call({ method: "PUT", path, token, body });

async function list(path: string): Promise<string[]> {
  const listed = z.object({ data: z.object({ keys: z.array(z.string()) }) });
  return (await client.ask(listed, { method: "GET", path: `${path}?list=true`, token })).data.keys;
}

const files = () => (readdirSync(vault.storage, { recursive: true }) as string[]).sort();

/** The name that Vault gives what it writes, before it renames it: Go's `os.CreateTemp(folder, "_<key>")`. */
const whileWritten = (file: string, random = "2718281828") => `${file}${random}`;

/** Kills Vault and starts it on a storage with a half-done write at each of the files; empty, as it begins. */
async function killWhileWriting(content: "whole" | "empty", ...files: string[]): Promise<void> {
  await vault.stop("SIGKILL");
  for (const file of files.map((name) => join(vault.storage, name))) {
    if (content === "whole") copyFileSync(file, whileWritten(file));
    else writeFileSync(whileWritten(file), "");
  }
  vault.startAgain();
  await unsealed();
}

async function leasesRestored(): Promise<void> {
  const restored = () => vault.log.split("lease restore complete").length - 1;
  while (restored() < 2 && !vault.log.includes("error restoring leases")) await sleep(50);
  await sleep(200); // it would seal itself now
}

describe("a Vault that is killed while it writes", () => {
  let secret: string;
  beforeEach(async () => {
    await put("sys/mounts/kv", { type: "kv", options: { version: "2" } });
    const upgraded = () => put("kv/data/team/first", { data: { a: "1" } });
    while (await upgraded().then(() => false, () => true)) await sleep(50); // prettier-ignore
    await put("sys/auth/approle", { type: "approle" });
    await put("auth/approle/role/broker", { token_policies: "default", token_ttl: "1h", bind_secret_id: false, secret_id_bound_cidrs: "127.0.0.0/8" }); // prettier-ignore
    const role = z.object({ data: z.object({ role_id: z.string() }) });
    const { data } = await client.ask(role, {
      method: "GET",
      path: "auth/approle/role/broker/role-id",
      token,
    });
    await put("auth/approle/login", data);
    await put("kv/data/team/second", { data: { a: "2" } });
    secret = files().filter((name) => /\/metadata\/.+\/_/.test(name)).at(-1)!; // prettier-ignore
  });

  test.each(["whole", "empty"] as const)(
    "starts without what it was writing (%s), lists everything, and keeps its leases",
    async (content) => {
      const fixedForm =
        /sys\/(expire|token)\/.*_h?[0-9a-f]{40}|\/versions\/.*_|\/packer\/.*_|core\/versions\/_/;
      const written = files().filter((name) => fixedForm.test(name));
      expect(written.length).toBeGreaterThan(8);
      expect(written.filter((name) => name.includes("/packer/"))).not.toEqual([]);
      await killWhileWriting(content, ...written, secret);
      await leasesRestored();
      expect((await client.sealStatus()).sealed).toBe(false);
      expect(await list("kv/metadata/team/")).toEqual(["first", "second"]);
      expect(await list("auth/token/accessors/")).toHaveLength(2);
      expect(files().filter((name) => name.endsWith(whileWritten("")))).toEqual([]);
      expect(vault.log).toContain("removed what Vault was writing when it was killed");
    },
  );
});

test("keys that end in a number stay, the newest included", async () => {
  await put("sys/mounts/plain", { type: "kv" });
  await put("sys/policies/acl/svc", { policy: 'path "x" {}' });
  await put("sys/policies/acl/svc2718281828", { policy: 'path "x" {}' });
  await put("plain/invoice", { a: "1" });
  await put("plain/invoice2718281828", { a: "1" });
  await put(`plain/${"0".repeat(64)}`, { a: "1" });
  await killWhileWriting("whole");
  expect(await list("plain/")).toEqual(["0".repeat(64), "invoice", "invoice2718281828"]);
  expect(await list("sys/policies/acl/")).toEqual(expect.arrayContaining(["svc", "svc2718281828"]));
  expect(vault.log).not.toContain("removed what");
});

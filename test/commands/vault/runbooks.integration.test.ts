import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { root } from "../../../commands/state";
import { makeRootToken } from "../../../commands/vault/rootToken";
import { CeremonyLog } from "../../../provider/vault/ceremonyLog";
import { VaultClient } from "../../../provider/vault/client";
import { readInitFile } from "../../../provider/vault/initFile";
import { awaitAnswer } from "../../../provider/vault/unseal";
import type { Outcome } from "../../support/ceremony";
import { ContainerVault } from "../../support/containerVault";

jest.setTimeout(180_000);

const quiet = { progress: () => undefined, info: () => undefined, warn: () => undefined };
let vault: ContainerVault;
let client: VaultClient;
let environment: Record<string, string>;

beforeAll(() => {
  // `make` would install anew what others are using.
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const stamp = join(root, "node_modules", ".package-lock.sha256");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8").trim() !== lock) {
    throw new Error("node_modules is not what package-lock.json says; run toolchain/setup.sh node");
  }
});
beforeEach(async () => {
  vault = await ContainerVault.start();
  client = await clientOf(vault);
  environment = variables(vault);
});
afterEach(async () => {
  await client?.[Symbol.asyncDispose]();
  await vault?.[Symbol.asyncDispose]();
});

async function clientOf({ address, caFile }: ContainerVault): Promise<VaultClient> {
  const client = new VaultClient({ address, caCertificate: readFileSync(caFile, "utf8") });
  await awaitAnswer(client, quiet);
  return client;
}

function variables({ address, caFile, directory, name }: ContainerVault): Record<string, string> {
  mkdirSync(join(directory, "state"), { recursive: true });
  return {
    VAULT_ADDR: address,
    VAULT_CACERT: caFile,
    APEXMCP_STATE: join(directory, "state"),
    CONTAINER: name,
    KEY_FILE: join(directory, "key.json"),
    BACKUP: join(directory, "backup.tar"),
    SCRIPT: join(directory, "as-root.sh"),
    LOST_STORAGE: join(directory, "lost.tar"),
  };
}

/** Runs the commands of a runbook as they are written: every block of `sh`, in order, as one script. */
function run(name: string, block = "sh"): Promise<Outcome> {
  const text = readFileSync(join(root, "docs", "runbooks", `${name}.md`), "utf8");
  const blocks = [...text.matchAll(/^```(.*)\n([^]*?)^```$/gm)].filter(([, kind]) => kind === block);
  expect(blocks.length).toBeGreaterThan(0);
  const script = blocks.map(([, , commands]) => commands).join("\n");
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], CI: "true", ...environment };
  return new Promise((done) => {
    execFile("bash", ["-euo", "pipefail", "-c", script], { cwd: root, env }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
    );
  });
}

const key = () => readInitFile(environment["KEY_FILE"]!)!.unsealKey;
const events = () =>
  CeremonyLog.open(join(environment["APEXMCP_STATE"]!, "vault-ceremonies.jsonl"))
    .entries()
    .map(({ event }) => event);

test("vault-init, vault-rekey and vault-root run as written", async () => {
  const first = await run("vault-init");
  expect(first).toMatchObject({
    code: 0,
    output: expect.stringContaining("is initialised and unsealed") as string,
  });
  const old = key();

  const rekeyed = await run("vault-rekey");
  expect(rekeyed).toMatchObject({ code: 0, output: expect.stringContaining("tried and refused") as string });
  expect(key()).not.toBe(old);

  const rooted = await run("vault-root");
  expect(rooted).toMatchObject({ code: 0, output: expect.stringContaining('"keys":["') as string });
  expect(events().slice(-2)).toEqual(["root token made", "root token revoked"]);
  for (const { output } of [first, rekeyed, rooted]) {
    expect(output).not.toContain(old);
    expect(output).not.toContain(key());
    expect(output).not.toContain("hvs.");
  }
});

test("vault-backup runs as written, into an empty stack", async () => {
  expect(await run("vault-init")).toMatchObject({ code: 0 });
  expect(await run("vault-backup")).toMatchObject({ code: 0 });
  const { cluster_id } = await client.sealStatus();

  await using empty = await ContainerVault.start();
  await using emptyClient = await clientOf(empty);
  const { VAULT_ADDR, VAULT_CACERT, CONTAINER, APEXMCP_STATE } = variables(empty);
  environment = { ...environment, VAULT_ADDR: VAULT_ADDR!, VAULT_CACERT: VAULT_CACERT! };
  environment = { ...environment, CONTAINER: CONTAINER!, APEXMCP_STATE: APEXMCP_STATE! };
  expect(await run("vault-backup", "sh restore")).toMatchObject({ code: 0 });
  expect(await emptyClient.sealStatus()).toMatchObject({ sealed: false, cluster_id });
});

test("vault-audit runs as written", async () => {
  expect(await run("vault-init")).toMatchObject({ code: 0 });
  const token = await makeRootToken(client, Buffer.from(key(), "hex"));
  const body = { type: "file", options: { file_path: "/vault/logs/audit.log" } };
  await client.call({ method: "PUT", path: "sys/audit/file", token, body });
  expect(await run("vault-audit")).toMatchObject({
    code: 0,
    output: expect.stringMatching(/left as it is[^]*Vault writes to a new file/) as string,
  });
});

test("vault-lost-key runs as written: the old storage is kept, and a new Vault serves", async () => {
  expect(await run("vault-init")).toMatchObject({ code: 0 });
  const { cluster_id } = await client.sealStatus();
  environment["KEY_FILE"] = join(vault.directory, `key-${randomBytes(2).toString("hex")}.json`);
  vault.restart();
  await awaitAnswer(client, quiet);

  const begun = await run("vault-lost-key");
  expect(begun).toMatchObject({ code: 0, output: expect.stringContaining('"sealed":true') as string });
  const now = await client.sealStatus();
  expect(now.sealed).toBe(false);
  expect(now.cluster_id).not.toBe(cluster_id);
  const kept = statSync(environment["LOST_STORAGE"]!);
  expect(kept.mode & 0o777).toBe(0o600);
  expect(kept.size).toBeGreaterThan(10_000);
});

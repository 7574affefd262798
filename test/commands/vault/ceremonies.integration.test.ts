import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { CeremonyLog, type CeremonyEntry } from "../../../provider/vault/ceremonyLog";
import { VaultClient } from "../../../provider/vault/client";
import { readInitFile } from "../../../provider/vault/initFile";
import { awaitAnswer } from "../../../provider/vault/unseal";
import { keyFingerprint } from "../../../provider/vault/unsealKey";
import { ceremony, type Outcome } from "../../support/ceremony";
import { GitHubStandIn } from "../../support/githubStandIn";
import { RealVault } from "../../support/realVault";

jest.setTimeout(120_000);

let vault: RealVault;
let github: GitHubStandIn;
let keyFile: string;
let client: VaultClient;

beforeEach(async () => {
  vault = await RealVault.start();
  github = await GitHubStandIn.start(randomBytes(20).toString("hex"));
  keyFile = join(vault.directory, "unseal-key.json");
  client = new VaultClient({ address: vault.address, caCertificate: vault.caCertificate });
  mkdirSync(join(vault.directory, "state"), { mode: 0o700 });
  await awaitAnswer(client, { progress: () => undefined, info: () => undefined, warn: () => undefined });
});
afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await github[Symbol.asyncDispose]();
  await vault[Symbol.asyncDispose]();
});

function command(name: string, args: string[], environment: Record<string, string> = {}): Promise<Outcome> {
  return ceremony(name, args, {
    APEXMCP_STATE: join(vault.directory, "state"),
    VAULT_ADDR: vault.address,
    VAULT_CACERT: vault.caFile,
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: github.token,
    ...environment,
  });
}

const toGitHub = ["--github", "acme/platform"];
const log = () => CeremonyLog.open(join(vault.directory, "state", "vault-ceremonies.jsonl"));
const events = () =>
  log()
    .entries()
    .map(({ event }) => event);
const fingerprintOf = (key: string) => keyFingerprint(Buffer.from(key, "hex"));
const isSealed = async () => (await client.sealStatus()).sealed;
const keptSecrets = ["VAULT_DEPLOYER_ROLE_ID", "VAULT_DEPLOYER_SECRET_ID", "VAULT_UNSEAL_KEY"];
const key = () => readInitFile(keyFile)!.unsealKey;

async function initialised(): Promise<void> {
  expect(await command("vaultInit", ["--key-file", keyFile])).toMatchObject({ code: 0 });
}
async function restarted(): Promise<void> {
  await vault.restart();
  await awaitAnswer(client, { progress: () => undefined, info: () => undefined, warn: () => undefined });
}

describe("make vault-init", () => {
  test("keeps the key in a file for its owner only, and prints its fingerprint, never the key", async () => {
    const { code, output } = await command("vaultInit", ["--key-file", keyFile]);
    expect(code).toBe(0);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(Object.keys(readInitFile(keyFile)!).sort()).toEqual(["deployer", "unsealKey"]);
    expect(output).toContain(`unseal key:   ${fingerprintOf(key())}, in the file ${keyFile}`);
    expect(output).not.toContain(key());
    expect(output).not.toMatch(/hvs\./);
    expect(await isSealed()).toBe(false);
  });

  test("keeps the key in the environment secret, in a box that only GitHub opens", async () => {
    const { code, output } = await command("vaultInit", toGitHub);
    expect({ code, output }).toMatchObject({ code: 0 });
    const secret = github.secrets.get("VAULT_UNSEAL_KEY")!;
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(output).toContain(
      `${fingerprintOf(secret)}, in the secret VAULT_UNSEAL_KEY of acme/platform's environment production`,
    );
    expect(output).not.toContain(secret);
    expect(output).not.toContain(github.token);
    expect([...github.secrets.keys()].sort()).toEqual(keptSecrets);
    await restarted();
    expect(await command("vaultUnseal", [], { VAULT_UNSEAL_KEY: secret })).toMatchObject({ code: 0 });
    expect(await isSealed()).toBe(false);
  });

  test("records the ceremony, with the proof that the root token is gone", async () => {
    await initialised();
    expect(events()).toEqual(["initialised", "unsealed", "root token revoked"]);
    const [first, , last] = log().entries() as [CeremonyEntry, CeremonyEntry, CeremonyEntry];
    expect(first.keyFingerprint).toBe(fingerprintOf(key()));
    expect(first.clusterId).toBe((await client.sealStatus()).cluster_id);
    expect(last.details?.["accessor"]).toMatch(/^\w{20,}$/);
  });

  test("refuses an initialised Vault, and changes nothing", async () => {
    await initialised();
    const before = key();
    const other = join(vault.directory, "other.json");
    const { code, output } = await command("vaultInit", ["--key-file", other]);
    expect(code).toBe(1);
    expect(output).toMatch(/Fix: unseal it: make vault-unseal.*\nWhy: Vault at .* is initialised already/);
    expect(existsSync(other)).toBe(false);
    expect(key()).toBe(before);
  });

  test("refuses a key file that exists", async () => {
    writeFileSync(keyFile, "{}", { mode: 0o600 });
    const { code, output } = await command("vaultInit", ["--key-file", keyFile]);
    expect({ code, output }).toMatchObject({
      code: 1,
      output: expect.stringContaining("exists, and may hold") as string,
    });
    expect((await client.sealStatus()).initialized).toBe(false);
  });

  test.each<[string, () => [string[], Record<string, string>], RegExp]>([
    ["no place for the key", () => [[], {}], /no place to keep the unseal key/],
    [
      "a directory that isn't there",
      () => [["--key-file", join(vault.directory, "no/key")], {}],
      /can't write .*ENOENT/,
    ],
    ["no token", () => [toGitHub, { GITHUB_TOKEN: "" }], /GITHUB_TOKEN is not set/],
    ["a token GitHub refuses", () => [toGitHub, { GITHUB_TOKEN: "wrong" }], /GitHub refused GET .* \(401\)/],
    [
      "an environment that isn't there",
      () => [[...toGitHub, "--github-environment", "staging"], {}],
      /\(404\)/,
    ],
    [
      "no GitHub",
      () => [toGitHub, { GITHUB_API_URL: "http://127.0.0.1:1" }],
      /GitHub doesn't answer .*ECONNREFUSED/,
    ],
    [
      "a broken ceremony log",
      () => {
        writeFileSync(join(vault.directory, "state", "vault-ceremonies.jsonl"), "{}\n");
        return [["--key-file", keyFile], {}];
      },
      /ceremony log .* was changed at line 1/,
    ],
    [
      "an environment without reviewers",
      () => {
        github.reviewers = false;
        return [toGitHub, {}];
      },
      /has no required reviewers/,
    ],
  ])("with %s leaves Vault uninitialised", async (_what, set, message) => {
    const [args, environment] = set();
    const { code, output } = await command("vaultInit", args, environment);
    expect(output).toMatch(message);
    expect(code).toBe(1);
    expect((await client.sealStatus()).initialized).toBe(false);
  });

  test("says how to begin anew when GitHub takes everything but the key", async () => {
    github.refusal = { pattern: /^PUT/, status: 503 };
    const { code, output } = await command("vaultInit", toGitHub);
    expect(code).toBe(1);
    expect(output).toMatch(
      /Fix: it holds no data yet: .*\nWhy: Vault is initialised, but the secret .* could not take its key/,
    );
  });
});

describe("make vault-unseal", () => {
  test("unseals with the key from the environment or the file, and records it", async () => {
    await initialised();
    await restarted();
    expect(await command("vaultUnseal", [], { VAULT_UNSEAL_KEY: key() })).toMatchObject({ code: 0 });
    expect(await isSealed()).toBe(false);
    await restarted();
    const { code, output } = await command("vaultUnseal", ["--key-file", keyFile]);
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining("is unsealed with sha256:") as string,
    });
    expect(events().slice(3)).toEqual(["unsealed", "unsealed"]);
    expect(output).not.toContain(key());
  });

  test("is content with an unsealed Vault", async () => {
    await initialised();
    const { code, output } = await command("vaultUnseal", []);
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining("is unsealed already") as string,
    });
    expect(events()).toHaveLength(3);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    [
      "another key",
      { VAULT_UNSEAL_KEY: randomBytes(32).toString("hex") },
      /is not the one of Vault at .*: sha256:\w+ was given/,
    ],
    ["an empty key", { VAULT_UNSEAL_KEY: "" }, /the unseal key is not given/],
    [
      "a malformed key",
      { VAULT_UNSEAL_KEY: "0".repeat(63) },
      /VAULT_UNSEAL_KEY is not an unseal key: expected/,
    ],
    ["plain http", { VAULT_ADDR: "http://127.0.0.1:8200" }, /is not an https:\/\/ address/],
    ["no CA file", { VAULT_CACERT: "missing.crt" }, /there is no CA certificate at missing.crt/],
  ])("refuses %s, and shows no key", async (_what, environment, message) => {
    await initialised();
    await restarted();
    const { code, output } = await command("vaultUnseal", [], { VAULT_UNSEAL_KEY: key(), ...environment });
    expect(output).toMatch(message);
    expect(code).toBe(1);
    if (environment["VAULT_UNSEAL_KEY"]) expect(output).not.toContain(environment["VAULT_UNSEAL_KEY"]);
    expect(await isSealed()).toBe(true);
  });

  test("refuses a key file that others can read", async () => {
    await initialised();
    await restarted();
    chmodSync(keyFile, 0o644);
    const { code, output } = await command("vaultUnseal", ["--key-file", keyFile]);
    expect({ code, output }).toMatchObject({
      code: 1,
      output: expect.stringContaining("others can read it") as string,
    });
  });

  test("points an empty Vault to make vault-init", async () => {
    const { code, output } = await command("vaultUnseal", [], {
      VAULT_UNSEAL_KEY: randomBytes(32).toString("hex"),
    });
    expect({ code, output }).toMatchObject({
      code: 1,
      output: expect.stringContaining("make vault-init") as string,
    });
  });
});

describe("make vault-rekey", () => {
  test("makes a new key that unseals, and an old one that doesn't", async () => {
    await initialised();
    const old = key();
    const { code, output } = await command("vaultRekey", ["--key-file", keyFile]);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(key()).not.toBe(old);
    expect(Object.keys(readInitFile(keyFile)!).sort()).toEqual(["deployer", "unsealKey"]);
    expect(output).toContain(`old key:      ${fingerprintOf(old)}, tried and refused`);
    expect(output).not.toContain(key());
    expect(log().entries().at(-1)).toMatchObject({
      event: "rekeyed",
      keyFingerprint: fingerprintOf(key()),
      details: { before: fingerprintOf(old) },
    });
    await restarted();
    expect(await command("vaultUnseal", [], { VAULT_UNSEAL_KEY: old })).toMatchObject({ code: 1 });
    expect(await command("vaultUnseal", ["--key-file", keyFile])).toMatchObject({ code: 0 });
  });

  test("updates the environment secret", async () => {
    await command("vaultInit", toGitHub);
    const old = github.secrets.get("VAULT_UNSEAL_KEY")!;
    const outcome = await command("vaultRekey", toGitHub, { VAULT_UNSEAL_KEY: old });
    expect(outcome).toMatchObject({ code: 0 });
    const now = github.secrets.get("VAULT_UNSEAL_KEY")!;
    expect([...github.secrets.keys()].sort()).toEqual(keptSecrets);
    expect(now).not.toBe(old);
    expect(outcome.output).not.toContain(now);
    await restarted();
    expect(await command("vaultUnseal", [], { VAULT_UNSEAL_KEY: now })).toMatchObject({ code: 0 });
  });

  test("changes nothing when the new key can't be kept", async () => {
    await command("vaultInit", toGitHub);
    const old = github.secrets.get("VAULT_UNSEAL_KEY")!;
    github.refusal = { pattern: /^PUT/, status: 500 };
    expect(await command("vaultRekey", toGitHub, { VAULT_UNSEAL_KEY: old })).toMatchObject({ code: 1 });
    await restarted();
    expect(await command("vaultUnseal", [], { VAULT_UNSEAL_KEY: old })).toMatchObject({ code: 0 });
  });

  test("interrupted after Vault took the new key, is finished by the next run", async () => {
    await command("vaultInit", toGitHub);
    const old = github.secrets.get("VAULT_UNSEAL_KEY")!;
    // The second write of VAULT_UNSEAL_KEY, after Vault took the new key, is refused.
    github.refusal = { pattern: /^DELETE/, status: 500 };
    const writes = github.secrets;
    const set = writes.set.bind(writes);
    writes.set = (name, value) => (name === "VAULT_UNSEAL_KEY" && value !== old ? writes : set(name, value));
    expect(await command("vaultRekey", toGitHub, { VAULT_UNSEAL_KEY: old })).toMatchObject({ code: 1 });
    writes.set = set;
    github.refusal = undefined;
    const kept = {
      VAULT_UNSEAL_KEY: writes.get("VAULT_UNSEAL_KEY")!,
      VAULT_UNSEAL_KEY_NEXT: writes.get("VAULT_UNSEAL_KEY_NEXT")!,
    };
    expect(kept.VAULT_UNSEAL_KEY).toBe(old);

    await restarted();
    const unsealed = await command("vaultUnseal", [], kept);
    expect(unsealed).toMatchObject({
      code: 0,
      output: expect.stringContaining("finish that: make vault-rekey") as string,
    });
    expect(await command("vaultRekey", toGitHub, kept)).toMatchObject({ code: 0 });
    expect([...writes.keys()].sort()).toEqual(keptSecrets);
    await restarted();
    expect(
      await command("vaultUnseal", [], { VAULT_UNSEAL_KEY: writes.get("VAULT_UNSEAL_KEY")! }),
    ).toMatchObject({ code: 0 });
  });

  test("refuses a wrong key, and leaves no rekey behind", async () => {
    await initialised();
    const { code, output } = await command("vaultRekey", toGitHub, {
      VAULT_UNSEAL_KEY: randomBytes(32).toString("hex"),
    });
    expect(output).toMatch(/the unseal key given, sha256:\w+, is not this Vault's/);
    expect(code).toBe(1);
    expect(await command("vaultRekey", ["--key-file", keyFile])).toMatchObject({ code: 0 });
  });

  test("refuses a sealed Vault", async () => {
    await initialised();
    await restarted();
    const { code, output } = await command("vaultRekey", ["--key-file", keyFile]);
    expect({ code, output }).toMatchObject({
      code: 1,
      output: expect.stringContaining("make vault-unseal") as string,
    });
  });
});

describe("make vault-root", () => {
  const tokenFile = () => join(vault.directory, "seen-token");
  const shell = (script: string) => ["--key-file", keyFile, "--", "sh", "-c", script];

  test("gives a root token to one command, and revokes it when that ends", async () => {
    await initialised();
    const script = `printf %s "$VAULT_TOKEN" > ${tokenFile()}; test -z "$VAULT_UNSEAL_KEY" && test -f "$VAULT_CACERT"`;
    const { code, output } = await command("vaultRoot", shell(script), { VAULT_UNSEAL_KEY: key() });
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining("revoked, and refused since") as string,
    });
    const token = readFileSync(tokenFile(), "utf8");
    expect(token).toMatch(/^hvs\./);
    expect(output).not.toContain(token);
    const lookup = { method: "GET", path: "auth/token/lookup-self", token, accept: [403] } as const;
    expect((await client.call(lookup)).status).toBe(403);
    expect(events().slice(3)).toEqual(["root token made", "root token revoked"]);
  });

  test("the token is root while the command runs", async () => {
    await initialised();
    const node = `fetch(process.env.VAULT_ADDR + "/v1/sys/mounts", { headers: { "X-Vault-Token": process.env.VAULT_TOKEN } }).then((r) => process.exit(r.status === 200 ? 0 : 9))`;
    const args = [
      "--key-file",
      keyFile,
      "--",
      "env",
      `NODE_EXTRA_CA_CERTS=${vault.caFile}`,
      process.execPath,
      "-e",
      node,
    ];
    expect(await command("vaultRoot", args)).toMatchObject({ code: 0 });
  });

  test("hands the command's exit code on, and revokes the token of one that fails or isn't there", async () => {
    await initialised();
    expect(
      await command("vaultRoot", shell(`printf %s "$VAULT_TOKEN" > ${tokenFile()}; exit 7`)),
    ).toMatchObject({ code: 7 });
    expect(await command("vaultRoot", ["--key-file", keyFile, "--", "no-such-command"])).toMatchObject({
      code: 1,
    });
    expect(events().slice(3)).toEqual([
      "root token made",
      "root token revoked",
      "root token made",
      "root token revoked",
    ]);
  });

  test("revokes what a killed run left", async () => {
    await initialised();
    // The shell's parent is the command: killed, it can revoke nothing.
    const killed = await command(
      "vaultRoot",
      shell(`printf %s "$VAULT_TOKEN" > ${tokenFile()}; kill -9 $PPID`),
    );
    expect(killed.code).not.toBe(0);
    const token = readFileSync(tokenFile(), "utf8");
    const lookup = { method: "GET", path: "auth/token/lookup-self", token, accept: [200, 403] } as const;
    expect((await client.call(lookup)).status).toBe(200);
    const next = await command("vaultRoot", shell("true"));
    expect(next).toMatchObject({
      code: 0,
      output: expect.stringContaining("which an interrupted vault-root had left") as string,
    });
    expect((await client.call(lookup)).status).toBe(403);
  });

  test("refuses a wrong key, and no command", async () => {
    await initialised();
    const wrong = { VAULT_UNSEAL_KEY: randomBytes(32).toString("hex") };
    const refused = await command("vaultRoot", ["--", "true"], wrong);
    expect(refused).toMatchObject({
      code: 1,
      output: expect.stringContaining("the unseal key is not this Vault's") as string,
    });
    expect(await command("vaultRoot", ["--key-file", keyFile])).toMatchObject({ code: 1 });
    expect(await command("vaultRoot", ["--key-file", keyFile, "--", "true"])).toMatchObject({ code: 0 });
  });
});

test.each(["vaultInit", "vaultUnseal", "vaultRekey", "vaultRoot"])("%s explains itself", async (name) => {
  const { code, output } = await command(name, ["--help"], { VAULT_ADDR: "" });
  expect({ code, output }).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^make vault-\w+: .*--address URL/s) as string,
  });
});

test("no ceremony leaves a draft of a key behind", async () => {
  await initialised();
  await command("vaultRekey", ["--key-file", keyFile]);
  expect(readdirSync(vault.directory).filter((name) => name.includes("unseal-key"))).toEqual([
    "unseal-key.json",
  ]);
});

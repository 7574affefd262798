import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { createDevCertificates } from "../../../commands/devCertificates";
import { makeRootToken } from "../../../commands/vault/rootToken";
import type { Context } from "../../../provider/resource";
import { VaultClient } from "../../../provider/vault/client";
import { readInitFile, reserveInitFile } from "../../../provider/vault/initFile";
import { seal, type SealInputs, type SealOutputs, type SealState } from "../../../provider/vault/seal";
import { awaitAnswer } from "../../../provider/vault/unseal";
import { RealVault, vaultBinary } from "../../support/realVault";

jest.setTimeout(120_000);

const said: string[] = [];
const say = (message: string) => void said.push(message);
const context: Context = {
  urn: "urn:pulumi:dev::project::hardening:vault:Seal::vault",
  log: { progress: say, info: say, warn: say },
};
const newKey = () => randomBytes(32).toString("hex");

let vault: RealVault;
let inputs: SealInputs;
beforeEach(async () => {
  said.length = 0;
  vault = await RealVault.start();
  inputs = { address: vault.address, caCertificate: vault.caCertificate };
});
afterEach(() => vault[Symbol.asyncDispose]());

/** Initialised, unsealed, and recorded as a stack does. */
async function initialised(): Promise<{ state: SealState; inputs: SealInputs; keyFile: string }> {
  const keyFile = join(vault.directory, "vault-init.json");
  const withFile = { ...inputs, initialiseTo: keyFile };
  const { outputs } = await seal.create(withFile, context);
  return { state: { ...withFile, ...outputs }, inputs: withFile, keyFile };
}

const recorded = (state: SealState): SealOutputs => seal.outputs.parse(state);

async function sealedNow(): Promise<boolean> {
  await using client = new VaultClient(inputs);
  return (await awaitAnswer(client, context.log)).sealed;
}

describe("an empty Vault", () => {
  test("is initialised for development, its keys in a file for its owner only", async () => {
    const { state, keyFile } = await initialised();
    expect(state).toMatchObject({ sealed: false, version: expect.stringMatching(/^1\./) as string });
    expect(state.keyFingerprint).toMatch(/^sha256:[0-9a-f]{16}$/);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    const { deployer, rootToken } = readInitFile(keyFile)!;
    expect(rootToken).toBeUndefined();
    expect(state).toMatchObject({ deployerRoleId: deployer?.roleId, deployerSecretId: deployer?.secretId });
    expect(await sealedNow()).toBe(false);
  });

  test("whose ceremony was cut short: vault token lookup refuses its first root token once it is over", async () => {
    await using client = new VaultClient(inputs);
    await awaitAnswer(client, context.log);
    const keys = await client.initialise();
    const keyFile = join(vault.directory, "vault-init.json");
    reserveInitFile(keyFile).keep(keys);
    await seal.create({ ...inputs, initialiseTo: keyFile }, context);

    const lookup = (token: string) => {
      const env = { VAULT_ADDR: vault.address, VAULT_CACERT: vault.caFile, VAULT_TOKEN: token };
      return spawnSync(vaultBinary(), ["token", "lookup"], { env, encoding: "utf8" });
    };
    const refused = lookup(keys.rootToken);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining("invalid token") as string]);
    const later = await makeRootToken(client, Buffer.from(keys.unsealKey, "hex"));
    expect(lookup(later)).toMatchObject({ status: 0, stdout: expect.stringContaining("[root]") as string });
  });

  test("is never initialised without being told to, and the error names make vault-init", async () => {
    await expect(seal.create(inputs, context)).rejects.toThrow(/is not initialised; run make vault-init/);
    await expect(seal.create({ ...inputs, unsealKey: newKey() }, context)).rejects.toThrow(/make vault-init/);
  });

  test("is not initialised when its keys couldn't be kept", async () => {
    const initialiseTo = join(vault.directory, "missing", "vault-init.json");
    await expect(seal.create({ ...inputs, initialiseTo }, context)).rejects.toThrow(
      "so nothing was changed in Vault",
    );
    await using client = new VaultClient(inputs);
    expect((await client.sealStatus()).initialized).toBe(false);
  });

  test("in place of a recorded one is an error, not a new start", async () => {
    const { state, inputs } = await initialised();
    await vault.empty();
    const error =
      /initialised again or lost its storage behind the stack's back: it is empty, recorded is .*pulumi up --replace/;
    await expect(seal.update(state, inputs, context)).rejects.toThrow(error);
  });

  test("gets a new key for a new stack, the old key kept aside", async () => {
    const { keyFile, inputs } = await initialised();
    const old = readInitFile(keyFile);
    await vault.empty();
    await seal.create(inputs, context);
    expect(readInitFile(keyFile)?.unsealKey).not.toBe(old?.unsealKey);
    const aside = readdirSync(vault.directory).find((name) => name.startsWith("vault-init.json.until-"));
    expect(readInitFile(join(vault.directory, aside!))).toEqual(old);
  });
});

describe("a restarted Vault", () => {
  test("is a change, and unsealed by the update with the recorded outputs", async () => {
    const { state, inputs } = await initialised();
    await expect(seal.diff(state, inputs, [], context)).resolves.toEqual({ changes: false });
    await vault.restart();
    expect(await sealedNow()).toBe(true);
    await expect(seal.diff(state, inputs, [], context)).resolves.toEqual({ changes: true });
    await expect(seal.update(state, inputs, context)).resolves.toEqual(recorded(state));
    expect(await sealedNow()).toBe(false);
    await expect(seal.diff(state, inputs, [], context)).resolves.toEqual({ changes: false });
  });

  test("is unsealed with the key given, as hex and as base64", async () => {
    const { state, keyFile } = await initialised();
    const { unsealKey } = readInitFile(keyFile)!;
    for (const key of [unsealKey, Buffer.from(unsealKey, "hex").toString("base64")]) {
      await vault.restart();
      const outputs: SealOutputs = await seal.update(state, { ...inputs, unsealKey: key }, context);
      expect(outputs.keyFingerprint).toBe(state.keyFingerprint);
      expect(await sealedNow()).toBe(false);
    }
  });

  test("is waited for while it starts, with progress", async () => {
    const { state, inputs } = await initialised();
    await vault.stop();
    setTimeout(() => vault.startAgain(), 1_000);
    await seal.update(state, inputs, context);
    expect(said.join("\n")).toMatch(
      /waiting for Vault, \d+ s so far: Vault doesn't answer at .*ECONNREFUSED/,
    );
  });

  test("refuses another key, by fingerprint, and stays sealed", async () => {
    const { state } = await initialised();
    await vault.restart();
    const unsealKey = newKey();
    const failure = seal.update(state, { ...inputs, unsealKey }, context);
    await expect(failure).rejects.toThrow(
      new RegExp(
        `is not the one of Vault at .*: sha256:[0-9a-f]{16} was given, ${state.keyFingerprint} unsealed it before`,
      ),
    );
    await expect(failure).rejects.not.toThrow(unsealKey);
    expect(await sealedNow()).toBe(true);
  });

  test("without a key says which is needed", async () => {
    const { state } = await initialised();
    await vault.restart();
    await expect(seal.update(state, inputs, context)).rejects.toThrow(
      /is sealed and there is no key; set VAULT_UNSEAL_KEY/,
    );
  });

  test("whose key file is gone says so", async () => {
    const { state, inputs, keyFile } = await initialised();
    rmSync(keyFile);
    await vault.restart();
    await expect(seal.update(state, inputs, context)).rejects.toThrow(/its key file .* is gone; put it back/);
  });

  test("that was initialised anew by somebody else is told from a wrong key", async () => {
    const { state, inputs, keyFile } = await initialised();
    const key = readInitFile(keyFile)!.unsealKey;
    await vault.empty();
    const other = join(vault.directory, "other.json");
    const { outputs } = await seal.create({ ...inputs, initialiseTo: other }, context);
    const error = new RegExp(`its cluster is ${outputs.clusterId}, recorded is ${state.clusterId}`);
    await expect(seal.diff(state, inputs, [], context)).rejects.toThrow(error);
    await vault.restart();
    const sealedError = /is not the one of Vault at .* any more .*: Vault was rekeyed, or initialised again/;
    await expect(
      seal.update(state, { ...inputs, initialiseTo: undefined, unsealKey: key }, context),
    ).rejects.toThrow(sealedError);
    await expect(seal.update(state, { ...inputs, initialiseTo: other }, context)).rejects.toThrow(error);
  });
});

describe("an unsealed Vault", () => {
  test("warns that a new key was not tried", async () => {
    const { state } = await initialised();
    await seal.update(state, { ...inputs, unsealKey: newKey() }, context);
    expect(said.join("\n")).toMatch(/is unsealed, so the new key sha256:[0-9a-f]{16} was not tried/);
  });

  test("is read back as it is recorded, and a sealed one as sealed", async () => {
    const { state } = await initialised();
    await expect(seal.read(state, context)).resolves.toEqual(recorded(state));
    await vault.restart();
    expect(await sealedNow()).toBe(true);
    await expect(seal.read(state, context)).resolves.toEqual({ ...recorded(state), sealed: true });
  });
});

describe("a storage that can't be written", () => {
  test("fails an initialisation, which leaves no key file", async () => {
    await vault.stop();
    vault.startAgain("read-only");
    const initialiseTo = join(vault.directory, "vault-init.json");
    await expect(seal.create({ ...inputs, initialiseTo }, context)).rejects.toThrow(
      /can't write its storage: .*read-only/,
    );
    expect(existsSync(initialiseTo)).toBe(false);
  });

  test("fails an initialisation on a full disk", async () => {
    await vault.stop();
    vault.startAgain("full");
    const initialiseTo = join(vault.directory, "vault-init.json");
    await expect(seal.create({ ...inputs, initialiseTo }, context)).rejects.toThrow(
      /can't write its storage: .*no space/,
    );
  });

  test("fails an unseal", async () => {
    const { state, inputs } = await initialised();
    await vault.stop();
    vault.startAgain("read-only");
    await expect(seal.update(state, inputs, context)).rejects.toThrow(/can't write its storage: .*read-only/);
  });
});

describe("what answers", () => {
  test("with a certificate of another CA is refused at once", async () => {
    const { ca } = await createDevCertificates("other", "127.0.0.1");
    const { state } = await initialised();
    await expect(seal.update(state, { ...inputs, caCertificate: ca }, context)).rejects.toThrow(
      /the given CA doesn't vouch for the certificate of https:.*; give the CA that issued it/,
    );
  });

  test("under a name its certificate doesn't hold is refused", async () => {
    const { ca, servers } = await createDevCertificates("other", "127.0.0.1");
    const { certificate, privateKey } = servers.vault;
    const server = createTlsServer({ cert: certificate, key: privateKey });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.2", resolve));
    const address = `https://127.0.0.2:${(server.address() as AddressInfo).port}`;
    await expect(seal.create({ address, caCertificate: ca }, context)).rejects.toThrow(
      /the certificate of https:.* is for another name/,
    );
    server.close();
  });

  test("without TLS is refused", async () => {
    const server = createServer((_request, response) => response.end("{}"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(seal.create({ ...inputs, address }, context)).rejects.toThrow(/doesn't speak TLS/);
    server.close();
  });
});

test("a Vault that never answers is an error after the wait, with what to look at", async () => {
  await vault.stop();
  await using client = new VaultClient(inputs);
  await expect(awaitAnswer(client, context.log, 1_000)).rejects.toThrow(
    /Vault doesn't answer at .* \(ECONNREFUSED\), after 1 s; see the log of its container/,
  );
});

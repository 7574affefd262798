import { randomBytes } from "node:crypto";
import { BrokerConfigError, loadBrokerConfig } from "../../../../apps/gateway/src/broker/config";
import { createAuthority } from "../certificates";
import { createBrokerFiles, type BrokerFiles } from "./brokerFixture";

let files: BrokerFiles;
beforeEach(async () => (files = await createBrokerFiles({ address: "https://vault:8200" })));
afterEach(() => files.remove());

function problems(changes: Record<string, string | undefined> = {}): readonly string[] {
  try {
    loadBrokerConfig({ ...files.environment, ...changes });
  } catch (error) {
    if (error instanceof BrokerConfigError) return error.problems;
    throw error;
  }
  return [];
}

test("listens on every address of its container, on 8090, unless told otherwise", () => {
  const config = loadBrokerConfig({ ...files.environment, HOST: undefined });
  expect(config.listen).toEqual({ host: "0.0.0.0", port: 8090 });
  expect(config.tokenSecret).toBe(files.tokenSecret);
});

test("takes a wrapped secret id, and a directory to keep it in", () => {
  files.write("VAULT_WRAPPED_SECRET_ID", "hvs.wrapping\n");
  expect(loadBrokerConfig(files.environment).vault.role).toMatchObject({
    wrappedSecretId: "hvs.wrapping",
    directory: files.state,
  });
});

test.each([
  ["VAULT_ADDR", undefined, "is missing"],
  ["VAULT_ADDR", "http://vault:8200", "must be https"],
  ["VAULT_ADDR", "https://token@vault:8200", "must be https"],
  ["VAULT_ADDR", "https://vault:8200/v1", "must be https"],
  ["PORT", "0", "PORT"],
  ["LOG_LEVEL", "loud", "LOG_LEVEL"],
  ["VAULT_CACERT", "/nowhere", "no PEM certificate"],
  ["STATE_DIRECTORY", "/nowhere", "where this user can't write"],
])("refuses %s=%s", (name, value, message) => {
  expect(problems({ [name]: value })).toEqual([expect.stringContaining(message)]);
});

test("names every missing file at once", () => {
  for (const name of ["tls.crt", "tls.key", "VAULT_ROLE_ID", "VAULT_WRAPPED_SECRET_ID", "VAULT_JWT_SECRET"])
    files.remove(name);
  const found = problems().join("\n");
  for (const name of ["tls.crt", "tls.key", "VAULT_ROLE_ID", "VAULT_WRAPPED_SECRET_ID", "VAULT_JWT_SECRET"]) {
    expect(found).toContain(name);
  }
});

test.each([
  ["the published dev default", "dev-oauth-jwt-secret-change-in-prod"],
  ["31 bytes", randomBytes(40).toString("base64").slice(0, 31)],
  ["nothing", ""],
])("refuses %s as VAULT_JWT_SECRET, without showing it", (_name, secret) => {
  files.write("VAULT_JWT_SECRET", secret);
  expect(problems()).toEqual([expect.stringContaining("VAULT_JWT_SECRET")]);
  if (secret !== "") expect(problems().join()).not.toContain(secret);
});

test("refuses a key that isn't the certificate's", async () => {
  const { key } = await (await createAuthority()).sign({ dns: ["localhost"] });
  files.write("tls.key", key);
  expect(problems()).toEqual(["tls.key is not the key of tls.crt"]);
  files.write("tls.key", "no key");
  expect(problems()).toEqual(["tls.key is no PEM private key"]);
  files.write("tls.crt", "no certificate");
  expect(problems()).toEqual(["tls.crt is no PEM certificate"]);
});

import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";

import { brokerPolicy } from "../../../components/vault/brokerPolicy";
import {
  VaultConfiguration,
  type VaultConfigurationArgs,
} from "../../../components/vault/vaultConfiguration";
import { named, recordResources, type Recorded } from "../recordedResources";

async function record(changes: Partial<VaultConfigurationArgs> = {}): Promise<Recorded[]> {
  return recordResources(() => {
    const provider = new vault.Provider("vault", { address: "https://127.0.0.1:8200", token: "t" });
    return new VaultConfiguration(
      "vault",
      { auditFile: "/vault/logs/audit.log", brokerGeneration: "g1", wrapSecretId: true, ...changes },
      { provider },
    );
  });
}

const typed = (recorded: Recorded[], type: string) => recorded.filter((it) => it.type === type);

it("audits to a file and to standard output, hashed, before anything else is made", async () => {
  const recorded = await record();
  const audits = typed(recorded, "vault:index/audit:Audit");
  expect(audits.map(({ inputs }) => [inputs["path"], inputs["options"]])).toEqual([
    ["file", { file_path: "/vault/logs/audit.log", log_raw: "false", hmac_accessor: "true" }],
    ["stdout", { file_path: "stdout", log_raw: "false", hmac_accessor: "true" }],
  ]);
  const own = recorded.filter(({ type }) => type.startsWith("vault:"));
  expect(own.slice(0, 2)).toEqual(audits);
});

it("keeps credentials in KV v2, ten versions each, written with check-and-set only", async () => {
  const recorded = await record();
  expect(named(recorded, "vault-connectors")).toMatchObject({
    path: "connectors",
    options: { version: "2" },
  });
  const { path, dataJson } = named(recorded, "vault-connectors-config");
  expect(path).toBe("connectors/config");
  // The SDK makes it a secret.
  expect(JSON.parse((dataJson as { value: string }).value)).toEqual({ cas_required: true, max_versions: 10 });
});

it("gives the broker's login a short life, a secret id it can't do without, and its own policy alone", async () => {
  const recorded = await record();
  const [role] = typed(recorded, "vault:appRole/authBackendRole:AuthBackendRole");
  expect(role?.inputs).toMatchObject({
    bindSecretId: true,
    tokenPolicies: ["broker"],
    tokenNoDefaultPolicy: true,
    tokenTtl: 1200,
    tokenMaxTtl: 86_400,
  });
});

it("lets the broker at credentials and its own login, and nowhere by a glob", () => {
  const paths = [...brokerPolicy.matchAll(/path "([^"]+)"/g)].map(([, path]) => path);
  expect(paths).toEqual([
    "connectors/data/+/+",
    "connectors/metadata/+/+",
    "auth/token/lookup-self",
    "auth/token/renew-self",
    "auth/token/revoke-self",
  ]);
  expect(brokerPolicy).not.toMatch(/\*|sudo|list|root/);
});

const secretId = (recorded: Recorded[]) =>
  typed(recorded, "vault:appRole/authBackendRoleSecretId:AuthBackendRoleSecretId")[0]?.inputs;

it("makes a new secret id for each generation of the broker, wrapped for ten minutes", async () => {
  expect(secretId(await record())).toMatchObject({ wrappingTtl: "10m", metadata: '{"generation":"g1"}' });
  expect(secretId(await record({ brokerGeneration: "g2" }))).toMatchObject({
    metadata: '{"generation":"g2"}',
  });
  expect(secretId(await record({ wrapSecretId: false }))).not.toHaveProperty("wrappingTtl");
});

it.each([
  [true, "VAULT_WRAPPED_SECRET_ID"],
  [false, "VAULT_SECRET_ID"],
])("hands the secret id over as a Pulumi secret, wrapped: %s, in the file %s", async (wrapSecretId, file) => {
  let configuration: VaultConfiguration | undefined;
  await recordResources(() => {
    const provider = new vault.Provider("vault", { address: "https://127.0.0.1:8200", token: "t" });
    configuration = new VaultConfiguration(
      "vault",
      { auditFile: "/vault/logs/audit.log", brokerGeneration: "g1", wrapSecretId },
      { provider },
    );
    return configuration;
  });
  const files = configuration?.secretIdFile ?? {};
  expect(Object.keys(files)).toEqual([file]);
  expect(await pulumi.isSecret(files[file]!)).toBe(true);
});

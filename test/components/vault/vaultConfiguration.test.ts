import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";

import { brokerPolicy } from "../../../components/vault/brokerPolicy";
import {
  VaultConfiguration,
  type VaultConfigurationArgs,
} from "../../../components/vault/vaultConfiguration";
import { named, recordResources, type Recorded } from "../recordedResources";

function configure(changes: Partial<VaultConfigurationArgs> = {}): VaultConfiguration {
  const provider = new vault.Provider("vault", { address: "https://127.0.0.1:8200", token: "t" });
  return new VaultConfiguration(
    "vault",
    {
      auditFile: "/vault/logs/audit.log",
      deployer: { address: "https://127.0.0.1:8200", caCertificate: "ca", roleId: "r", secretId: "s" },
      brokerNetwork: "10.0.2.0/24",
      brokerGeneration: "g1",
      ...changes,
    },
    { provider },
  );
}

const record = (changes?: Partial<VaultConfigurationArgs>) => recordResources(() => configure(changes));

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

it("gives the broker's login a short life, a secret id it can't do without, its own network and policy alone", async () => {
  const recorded = await record();
  const [role] = typed(recorded, "vault:appRole/authBackendRole:AuthBackendRole");
  expect(role?.inputs).toMatchObject({
    bindSecretId: true,
    tokenPolicies: ["broker"],
    tokenNoDefaultPolicy: true,
    tokenTtl: 1200,
    tokenMaxTtl: 86_400,
    secretIdBoundCidrs: ["10.0.2.0/24"],
    tokenBoundCidrs: ["10.0.2.0/24"],
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

it("makes a wrapped secret id for each generation of the broker, by the deployer's credential", async () => {
  const [secretId] = typed(await record({ brokerGeneration: "g2" }), "hardening:vault:WrappedSecretId");
  expect(secretId?.inputs).toMatchObject({ role: "broker", generation: "g2", deployerRoleId: "r" });
  expect(secretId?.inputs["deployerSecretId"]).toMatchObject({ value: "s" }); // a Pulumi secret
});

it("hands the wrapping token over as a Pulumi secret", async () => {
  let configuration: VaultConfiguration | undefined;
  await recordResources(() => (configuration = configure()));
  expect(await pulumi.isSecret(configuration!.wrappedSecretId)).toBe(true);
});

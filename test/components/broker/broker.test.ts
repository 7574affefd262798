import * as docker from "@pulumi/docker";

import { Broker } from "../../../components/broker/broker";
import { named, recordResources } from "../recordedResources";

const secret = "a".repeat(8);

const record = () =>
  recordResources(() => {
    const network = (name: string) => new docker.Network(name, { name });
    return new Broker("broker", {
      stackName: "dev",
      image: "apexmcp/gateway:0123456789012345678901234567890123456789",
      networks: [{ network: network("dev-broker"), alias: "broker" }, { network: network("dev-vault") }],
      vaultAddress: "https://vault:8200",
      role: { roleId: "role", wrappedSecretId: secret },
      vaultJwtSecret: secret,
      certificate: "certificate",
      privateKey: "key",
      caCertificate: "ca",
    });
  });

it("runs the second entry point on its two networks, with nothing published and nothing secret in its environment", async () => {
  const container = named(await record(), "broker-container");
  expect(container).toMatchObject({
    name: "dev-broker",
    entrypoints: ["node"],
    command: ["dist/broker.js"],
    ports: [],
    networksAdvanced: [
      { name: "dev-broker", aliases: ["broker"] },
      { name: "dev-vault", aliases: [] },
    ],
  });
  expect(JSON.stringify(container)).not.toContain(secret);
});

it("keeps its secret id in a volume of its own", async () => {
  expect(named(await record(), "broker-container")["mounts"]).toEqual([
    { type: "volume", source: "dev-broker-login", target: "/var/lib/broker" },
  ]);
});

it("gets its files where the broker's configuration reads them", async () => {
  const files = named(await record(), "broker-files")["uploads"] as { file: string }[];
  expect(files.map(({ file }) => file).sort()).toEqual([
    "/etc/apexmcp/ca.crt",
    "/run/secrets/VAULT_JWT_SECRET",
    "/run/secrets/VAULT_ROLE_ID",
    "/run/secrets/VAULT_WRAPPED_SECRET_ID",
    "/run/secrets/tls.crt",
    "/run/secrets/tls.key",
  ]);
});

import * as pulumi from "@pulumi/pulumi";

import { VaultServer } from "../../../components/vault/vaultServer";
import { named, recordResources } from "../recordedResources";

const record = () =>
  recordResources(
    () =>
      new VaultServer("vault", {
        stackName: "acme",
        image: "vault@sha256:0",
        networks: [],
        adminPort: 18200,
        certificate: "certificate",
        privateKey: pulumi.secret("key"),
        caCertificate: "ca",
        unsealKey: pulumi.secret("unseal"),
      }),
  );

/** Vault's configuration file, found among the uploads: the array is a secret for the key beside it. */
async function configuration(): Promise<Record<string, unknown>> {
  const { value } = named(await record(), "vault-files")["uploads"] as {
    value: { file: string; content: string }[];
  };
  return JSON.parse(value.find(({ file }) => file.endsWith("/vault.json"))!.content) as Record<
    string,
    unknown
  >;
}

it("starts a server explicitly, with a configuration file and never -dev", async () => {
  expect(named(await record(), "vault-container")).toMatchObject({
    entrypoints: ["/bin/sh"],
    command: ["/etc/apexmcp/start.sh", "/bin/vault", "server", "-config=/etc/apexmcp/vault.json"],
  });
});

it("keeps its storage in a volume that outlives the stack", async () => {
  const recorded = await record();
  expect(named(recorded, "vault-storage")).toMatchObject({ name: "acme-vault-storage" });
  expect(named(recorded, "vault-container")["mounts"]).toEqual([
    { type: "volume", source: "acme-vault-storage", target: "/vault/file" },
    { type: "volume", source: "acme-vault-logs", target: "/vault/logs" },
  ]);
  expect(await configuration()).toMatchObject({ storage: { file: { path: "/vault/file" } } });
});

it("listens with TLS 1.2 or newer alone", async () => {
  const { listener } = await configuration();
  expect(Object.keys(listener as object)).toEqual(["tcp"]);
  expect(listener).toMatchObject({
    tcp: { tls_min_version: "tls12", tls_cert_file: "/run/secrets/tls.crt" },
  });
  expect(JSON.stringify(listener)).not.toContain('tls_disable"');
});

it("has no UI and keeps default leases short", async () => {
  expect(await configuration()).toMatchObject({ ui: false, default_lease_ttl: "1h", max_lease_ttl: "24h" });
});

it("locks a login that failed five times", async () => {
  expect(await configuration()).toMatchObject({ user_lockout: { all: { lockout_threshold: "5" } } });
});

it("is published on loopback only", async () => {
  expect(named(await record(), "vault-container")["ports"]).toEqual([
    { ip: "127.0.0.1", internal: 8200, external: 18200, protocol: "tcp" },
  ]);
});

it("is unsealed again whenever its container was replaced", async () => {
  expect(named(await record(), "vault")).toMatchObject({
    address: "https://127.0.0.1:18200",
    trigger: "vault-container-id",
  });
});

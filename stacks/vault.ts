import { dirname, join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import * as vaultSdk from "@pulumi/vault";

import { subnetOf, type Segments } from "../components/network/segments";
import { VaultConfiguration } from "../components/vault/vaultConfiguration";
import { VaultServer } from "../components/vault/vaultServer";
import { imageReference } from "../images/imageLock";
import type { StackConfig } from "./config";

/** Vault, and what of it a broker needs. */
export interface VaultOptions {
  readonly segments: Segments;
  /** Development only: Vault initialises itself and keeps its key in this file. */
  readonly initFile: string | undefined;
  /** Name of the broker that logs in. */
  readonly broker: string;
  /** A new one has the broker log in anew. */
  readonly brokerGeneration: pulumi.Input<string>;
}

/** Vault's server and all that is configured in it. */
export function deployVault(
  config: StackConfig,
  { segments, initFile, broker, brokerGeneration }: VaultOptions,
) {
  const { name: stackName, caCertificate, caCertificateFile } = config;
  const server = new VaultServer("vault", {
    stackName,
    image: imageReference(config.images.vault),
    networks: [{ network: segments.vault, alias: "vault" }, { network: segments.admin }],
    adminPort: config.vaultPort,
    certificate: config.vaultCertificate,
    privateKey: config.vaultPrivateKey,
    caCertificate,
    unsealKey: config.vaultUnsealKey,
    initFile,
    // Beside the key; where there is no such file, the pipeline's own log shows what the Seal did.
    ceremonyLog: initFile && join(dirname(initFile), "vault-ceremonies.jsonl"),
  });

  // Of the Seal that made it, or of make vault-init; known only once Vault is unsealed.
  const deployer = {
    address: server.adminAddress,
    caCertificate,
    roleId: pulumi
      .all([server.seal.clusterId, server.seal.deployerRoleId])
      .apply(([, own]) => own ?? given(config.vaultDeployerRoleId, "vaultDeployerRoleId")),
    secretId: pulumi.secret(
      pulumi
        .all([server.seal.deployerSecretId, config.vaultDeployerSecretId])
        .apply(([own, configured]) => own ?? given(configured, "vaultDeployerSecretId")),
    ),
  };
  const provider = new vaultSdk.Provider("vault-deployer", {
    address: server.adminAddress,
    caCertFile: caCertificateFile,
    authLogin: {
      path: "auth/deployer/login",
      parameters: { role_id: deployer.roleId, secret_id: deployer.secretId },
    },
    skipChildToken: true,
  });
  const configuration = new VaultConfiguration(
    "vault",
    {
      auditFile: server.auditFile,
      deployer,
      brokerNetwork: subnetOf(segments.vault),
      broker,
      brokerGeneration,
    },
    { provider },
  );
  return { server, deployer, configuration };
}

/** What the first deployment of a production stack lacks: the ceremony that it ends with makes it. */
function given(value: string | undefined, key: string): string {
  if (value !== undefined) return value;
  throw new pulumi.RunError(`${key}: missing; it is made by make vault-init`);
}

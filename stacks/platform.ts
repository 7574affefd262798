import { dirname, join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import * as vaultSdk from "@pulumi/vault";

import { Broker, brokerPort } from "../components/broker/broker";
import { imageReference } from "../images/imageLock";
import { inSlot, releaseImage, unpushedRepository } from "../images/release";
import { Edge } from "../components/edge/edge";
import { Gateway, gatewayPort } from "../components/gateway/gateway";
import { Segments, subnetOf } from "../components/network/segments";
import { Migrations } from "../components/postgres/migrations";
import { PostgresServer } from "../components/postgres/postgresServer";
import { Roles } from "../components/postgres/roles";
import { VaultConfiguration } from "../components/vault/vaultConfiguration";
import { VaultServer } from "../components/vault/vaultServer";
import type { StackConfig } from "./config";

/** What differs between environments. */
export interface Variation {
  /** Development only: Vault initialises itself and keeps its key in this file. */
  readonly vaultInitFile?: string;
}

/** Wires the components into one platform; returns what probes and operators need to know. */
export function platform(config: StackConfig, variation: Variation) {
  const stackName = config.name;
  const { caCertificate, caCertificateFile } = config;
  const { imageRepository: repository = unpushedRepository, imageTag: tag, imageDigest: digest } = config;
  const ownImage = releaseImage({ repository, tag, digest });
  // A release in the other slot is up and healthy before Pulumi deletes the one that the program no longer has.
  const { slot = "a" } = config;
  const segments = new Segments("network", { stackName });

  const vault = new VaultServer("vault", {
    stackName,
    image: imageReference(config.images.vault),
    networks: [{ network: segments.vault, alias: "vault" }, { network: segments.admin }],
    adminPort: config.vaultPort,
    certificate: config.vaultCertificate,
    privateKey: config.vaultPrivateKey,
    caCertificate,
    unsealKey: config.vaultUnsealKey,
    initFile: variation.vaultInitFile,
    // Beside the key; where there is no such file, the pipeline's own log shows what the Seal did.
    ceremonyLog: variation.vaultInitFile && join(dirname(variation.vaultInitFile), "vault-ceremonies.jsonl"),
  });

  // Of the Seal that made it, or of make vault-init; known only once Vault is unsealed.
  const deployer = {
    address: vault.adminAddress,
    caCertificate,
    roleId: pulumi
      .all([vault.seal.clusterId, vault.seal.deployerRoleId])
      .apply(([, own]) => own ?? given(config.vaultDeployerRoleId, "vaultDeployerRoleId")),
    secretId: pulumi.secret(
      pulumi
        .all([vault.seal.deployerSecretId, config.vaultDeployerSecretId])
        .apply(([own, configured]) => own ?? given(configured, "vaultDeployerSecretId")),
    ),
  };
  const vaultProvider = new vaultSdk.Provider("vault-deployer", {
    address: vault.adminAddress,
    caCertFile: caCertificateFile,
    authLogin: {
      path: "auth/deployer/login",
      parameters: { role_id: deployer.roleId, secret_id: deployer.secretId },
    },
    skipChildToken: true,
  });
  const vaultConfiguration = new VaultConfiguration(
    "vault",
    {
      auditFile: vault.auditFile,
      deployer,
      brokerNetwork: subnetOf(segments.vault),
      broker: inSlot("broker", slot),
      brokerGeneration: ownImage,
    },
    { provider: vaultProvider },
  );
  const broker = new Broker(inSlot("broker", slot), {
    stackName,
    image: ownImage,
    networks: [{ network: segments.broker, alias: "broker" }, { network: segments.vault }],
    certificate: config.brokerCertificate,
    privateKey: config.brokerPrivateKey,
    caCertificate,
    vaultJwtSecret: config.vaultJwtSecret,
    vaultAddress: "https://vault:8200",
    role: vaultConfiguration,
  });

  const postgres = new PostgresServer("postgres", {
    stackName,
    image: imageReference(config.images.postgres),
    networks: [{ network: segments.data, alias: "postgres" }, { network: segments.admin }],
    adminPort: config.postgresPort,
    certificate: config.postgresCertificate,
    privateKey: config.postgresPrivateKey,
    deployerPassword: config.postgresPassword,
  });
  const roles = new Roles("postgres", {
    server: postgres,
    host: postgres.adminHost,
    port: postgres.adminPort,
    deployerPassword: config.postgresPassword,
    caCertificate,
    caCertificateFile,
    migratorPassword: config.postgresMigratorPassword,
    appPassword: config.postgresAppPassword,
    auditorPassword: config.postgresAuditorPassword,
    zitadelPassword: config.postgresZitadelPassword,
  });
  const migrations = new Migrations("postgres", {
    host: postgres.adminHost,
    port: postgres.adminPort,
    database: roles.ready.database,
    user: roles.ready.migrator,
    password: config.postgresMigratorPassword,
    caCertificate,
    directory: "apps/gateway/migrations",
  });

  const gateway = new Gateway(inSlot("gateway", slot), {
    stackName,
    image: ownImage,
    networks: [
      { network: segments.edge, alias: "gateway" },
      { network: segments.data },
      { network: segments.broker },
      { network: segments.egress },
    ],
    postgres: {
      host: "postgres",
      database: migrations.database,
      user: roles.ready.app,
      password: config.postgresAppPassword,
    },
    oauthJwtSecret: config.oauthJwtSecret,
    vaultJwtSecret: config.vaultJwtSecret,
    caCertificate,
    publicUrl: config.publicUrl,
    edgeSubnet: subnetOf(segments.edge),
    brokerUrl: `https://broker:${brokerPort}`,
  });

  const edge = new Edge("edge", {
    stackName,
    image: imageReference(config.images.nginx),
    networks: [{ network: segments.edge }, { network: segments.front }],
    address: config.edgeAddress,
    httpsPort: config.edgeHttpsPort,
    httpPort: config.edgeHttpPort,
    certificate: config.edgeCertificate,
    privateKey: config.edgePrivateKey,
    gateway: `gateway:${gatewayPort}`,
  });

  return {
    target: {
      name: stackName,
      environment: config.environment,
      edgeUrl: `https://${host(config.edgeAddress)}:${config.edgeHttpsPort}`,
      edgeHttpUrl: `http://${host(config.edgeAddress)}:${config.edgeHttpPort}`,
      vaultAddress: vault.adminAddress,
      vaultDeployerRoleId: deployer.roleId,
      postgres: { host: postgres.adminHost, port: config.postgresPort, database: roles.ready.database },
      caCertificate,
      containers: {
        vault: vault.containerName,
        postgres: postgres.containerName,
        broker: broker.containerName,
        gateway: gateway.containerName,
        edge: edge.containerName,
      },
      secrets: {
        VAULT_JWT_SECRET: config.vaultJwtSecret,
        VAULT_DEPLOYER_SECRET_ID: deployer.secretId,
        OAUTH_JWT_SECRET: config.oauthJwtSecret,
        POSTGRES_PASSWORD: config.postgresPassword,
        POSTGRES_MIGRATOR_PASSWORD: config.postgresMigratorPassword,
        POSTGRES_APP_PASSWORD: config.postgresAppPassword,
        POSTGRES_AUDITOR_PASSWORD: config.postgresAuditorPassword,
        POSTGRES_ZITADEL_PASSWORD: config.postgresZitadelPassword,
        VAULT_TLS_PRIVATE_KEY: config.vaultPrivateKey,
        BROKER_TLS_PRIVATE_KEY: config.brokerPrivateKey,
        POSTGRES_TLS_PRIVATE_KEY: config.postgresPrivateKey,
        EDGE_TLS_PRIVATE_KEY: config.edgePrivateKey,
      },
    },
  };
}

/** What the first deployment of a production stack lacks: the ceremony that it ends with makes it. */
function given(value: string | undefined, key: string): string {
  if (value !== undefined) return value;
  throw new pulumi.RunError(`${key}: missing; it is made by make vault-init`);
}

function host(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

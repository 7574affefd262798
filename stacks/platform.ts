import { dirname, join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import * as vaultSdk from "@pulumi/vault";

import { Broker, brokerPort } from "../components/broker/broker";
import { imageReference } from "../images/imageLock";
import { inSlot, releaseImage, unpushedRepository, zitadelStandinRepository } from "../images/release";
import { Edge, upstreamCaFile } from "../components/edge/edge";
import { platformSite } from "../components/edge/site";
import { Gateway, gatewayPort } from "../components/gateway/gateway";
import { Segments, subnetOf } from "../components/network/segments";
import { Migrations } from "../components/postgres/migrations";
import { PostgresServer } from "../components/postgres/postgresServer";
import { Roles } from "../components/postgres/roles";
import { VaultConfiguration } from "../components/vault/vaultConfiguration";
import { VaultServer } from "../components/vault/vaultServer";
import { AdminPassword, Application, InstancePolicies } from "../components/zitadel/instance";
import { ZitadelServer, zitadelPort } from "../components/zitadel/zitadelServer";
import type { StackConfig } from "./config";

/** Roles of Zitadel's project; the gateway takes each as the scope of that name. */
const roles = ["mcp:*", "connectors:read", "connectors:write"];
/** Agents' programs take the login's code on a port of their own on loopback (RFC 8252, 7.3). */
const redirectUris = ["http://127.0.0.1/callback", "http://localhost/callback"];

/** Largest request body, for the edge and the gateway alike. */
const bodyBytes = 1024 * 1024;

/** What differs between environments. */
export interface Variation {
  /** Development only: Vault initialises itself and keeps its key in this file. */
  readonly vaultInitFile?: string;
  /** Development only: a connector's URL may be http. */
  readonly httpConnectors?: boolean;
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
  const databases = new Roles("postgres", {
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
    database: databases.ready.database,
    user: databases.ready.migrator,
    password: config.postgresMigratorPassword,
    caCertificate,
    directory: "apps/gateway/migrations",
  });

  const { hostname: authHost } = new URL(config.authUrl);
  const zitadelServer = new ZitadelServer("zitadel", {
    stackName,
    image: zitadelImage(config),
    // Zitadel goes by the host that it is asked for, so that is its name on the segment too.
    networks: [
      { network: segments.edge, alias: authHost },
      { network: segments.data },
      { network: segments.admin },
    ],
    adminPort: config.zitadelPort,
    origin: config.authUrl,
    certificate: config.zitadelCertificate,
    privateKey: config.zitadelPrivateKey,
    caCertificate,
    masterKey: config.zitadelMasterKey,
    bootstrapPassword: config.zitadelAdminPassword,
    deployerKey: config.zitadelDeployerKey,
    postgres: {
      host: "postgres",
      database: databases.zitadel.database,
      user: databases.zitadel.user,
      password: config.postgresZitadelPassword,
    },
  });
  const connection = {
    address: zitadelServer.adminAddress,
    origin: config.authUrl,
    caCertificate,
    deployerKey: config.zitadelDeployerKey,
    tunnel: zitadelTunnel(config),
    trigger: zitadelServer.containerId,
  };
  const adminPassword = new AdminPassword("zitadel", {
    connection,
    loginName: zitadelServer.adminLogin,
    password: config.zitadelAdminPassword,
  });
  new InstancePolicies("zitadel", { connection });
  const application = new Application("zitadel", {
    connection,
    project: "apexmcp",
    roles,
    application: "agents",
    redirectUris,
    machine: "apexmcp-agent",
    machineRoles: roles,
    people: [zitadelServer.adminLogin],
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
      user: databases.ready.app,
      password: config.postgresAppPassword,
    },
    oauthJwtSecret: config.oauthJwtSecret,
    vaultJwtSecret: config.vaultJwtSecret,
    caCertificate,
    publicUrl: config.publicUrl,
    edgeSubnet: subnetOf(segments.edge),
    bodyBytes,
    corsOrigins: config.corsOrigins,
    connectors: { allowCidrs: config.egressAllowCidrs, http: variation.httpConnectors },
    brokerUrl: `https://broker:${brokerPort}`,
    identityProvider: {
      issuer: config.authUrl,
      audience: application.projectId,
      jwksUrl: `https://${authHost}:${zitadelPort}/oauth/v2/keys`,
    },
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
    caCertificate,
    site: platformSite({
      publicUrl: config.publicUrl,
      gateway: `gateway:${gatewayPort}`,
      authUrl: config.authUrl,
      zitadel: `${authHost}:${zitadelPort}`,
      zitadelCaFile: upstreamCaFile,
      redirectUris,
      bodyBytes,
      trustedProxies: config.edgeTrustedProxies,
    }),
  });

  return {
    target: {
      name: stackName,
      environment: config.environment,
      publicUrl: config.publicUrl,
      authUrl: config.authUrl,
      edgeUrl: `https://${host(config.edgeAddress)}:${config.edgeHttpsPort}`,
      edgeHttpUrl: `http://${host(config.edgeAddress)}:${config.edgeHttpPort}`,
      vaultAddress: vault.adminAddress,
      vaultDeployerRoleId: deployer.roleId,
      zitadel: {
        address: zitadelServer.adminAddress,
        adminLogin: zitadelServer.adminLogin,
        adminPasswordSet: adminPassword.passwordChanged,
        organisationId: application.organisationId,
        projectId: application.projectId,
        clientId: application.clientId,
        machineClientId: application.machineClientId,
      },
      postgres: { host: postgres.adminHost, port: config.postgresPort, database: databases.ready.database },
      caCertificate,
      containers: {
        vault: vault.containerName,
        postgres: postgres.containerName,
        broker: broker.containerName,
        zitadel: zitadelServer.containerName,
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
        ZITADEL_MASTERKEY: config.zitadelMasterKey,
        ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD: config.zitadelAdminPassword,
        ZITADEL_DEPLOYER_KEY: config.zitadelDeployerKey,
        ZITADEL_MACHINE_CLIENT_SECRET: application.machineClientSecret,
        ZITADEL_TLS_PRIVATE_KEY: config.zitadelPrivateKey,
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

/** Zitadel's own image; in development the stand-in's, where the configuration names its tag. */
function zitadelImage({ zitadelStandinTag, images }: StackConfig): string {
  if (zitadelStandinTag !== undefined) return `${zitadelStandinRepository}:${zitadelStandinTag}`;
  return imageReference(images.zitadel!); // the configuration is refused without it
}

function zitadelTunnel(config: StackConfig) {
  const { zitadelSshHost: host, zitadelSshPort: port, zitadelSshUser: user } = config;
  const { zitadelSshPrivateKey: privateKey, zitadelSshHostKey: hostKey } = config;
  return host && port && user && privateKey && hostKey
    ? { host, port, user, privateKey, hostKey }
    : undefined;
}

function host(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

import { Broker, brokerPort } from "../components/broker/broker";
import { imageReference } from "../images/imageLock";
import { inSlot, releaseImage, unpushedRepository } from "../images/release";
import { Edge, upstreamCaFile } from "../components/edge/edge";
import { platformSite } from "../components/edge/site";
import { Gateway, gatewayPort } from "../components/gateway/gateway";
import { Segments, subnetOf } from "../components/network/segments";
import type { StackConfig } from "./config";
import { deployDatabase } from "./database";
import { deployIdentityProvider, redirectUris } from "./identityProvider";
import { deployVault } from "./vault";

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
  const { caCertificate } = config;
  const { imageRepository: repository = unpushedRepository, imageTag: tag, imageDigest: digest } = config;
  const ownImage = releaseImage({ repository, tag, digest });
  // A release in the other slot is up and healthy before Pulumi deletes the one that the program no longer has.
  const { slot = "a" } = config;
  const segments = new Segments("network", { stackName });

  const vault = deployVault(config, {
    segments,
    initFile: variation.vaultInitFile,
    broker: inSlot("broker", slot),
    brokerGeneration: ownImage,
  });
  const broker = new Broker(inSlot("broker", slot), {
    stackName,
    image: ownImage,
    networks: [{ network: segments.broker, alias: "broker" }, { network: segments.vault }],
    certificate: config.brokerCertificate,
    privateKey: config.brokerPrivateKey,
    caCertificate,
    vaultJwtSecret: config.vaultJwtSecret,
    vaultAddress: "https://vault:8200",
    role: vault.configuration,
  });

  const database = deployDatabase(config, segments);

  const zitadel = deployIdentityProvider(config, segments, database.roles);

  const gateway = new Gateway(inSlot("gateway", slot), {
    stackName,
    image: ownImage,
    networks: [
      { network: segments.edge, alias: inSlot("gateway", slot) },
      { network: segments.data },
      { network: segments.broker },
      { network: segments.egress },
    ],
    postgres: {
      host: "postgres",
      database: database.migrations.database,
      user: database.roles.ready.app,
      password: config.postgresAppPassword,
    },
    oauthJwtSecret: config.oauthJwtSecret,
    oauthJwtSecretPrevious: config.oauthJwtSecretPrevious,
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
      audience: zitadel.application.projectId,
      jwksUrl: `https://${zitadel.upstream}/oauth/v2/keys`,
    },
  });

  const edge = new Edge("edge", {
    stackName,
    image: imageReference(config.images.nginx),
    release: { slot, gateway },
    networks: [{ network: segments.edge }, { network: segments.front }],
    address: config.edgeAddress,
    httpsPort: config.edgeHttpsPort,
    httpPort: config.edgeHttpPort,
    certificate: config.edgeCertificate,
    privateKey: config.edgePrivateKey,
    caCertificate,
    site: platformSite({
      publicUrl: config.publicUrl,
      gateway: `${inSlot("gateway", "a")}:${gatewayPort}`,
      gatewayB: `${inSlot("gateway", "b")}:${gatewayPort}`,
      authUrl: config.authUrl,
      zitadel: zitadel.upstream,
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
      vaultAddress: vault.server.adminAddress,
      vaultDeployerRoleId: vault.deployer.roleId,
      zitadel: {
        address: zitadel.server.adminAddress,
        adminLogin: zitadel.server.adminLogin,
        adminPasswordSet: zitadel.adminPassword.passwordChanged,
        organisationId: zitadel.application.organisationId,
        projectId: zitadel.application.projectId,
        clientId: zitadel.application.clientId,
        machineClientId: zitadel.application.machineClientId,
      },
      postgres: {
        host: database.server.adminHost,
        port: config.postgresPort,
        database: database.roles.ready.database,
      },
      caCertificate,
      containers: {
        vault: vault.server.containerName,
        postgres: database.server.containerName,
        broker: broker.containerName,
        zitadel: zitadel.server.containerName,
        gateway: gateway.containerName,
        edge: edge.containerName,
      },
      secrets: {
        VAULT_JWT_SECRET: config.vaultJwtSecret,
        VAULT_DEPLOYER_SECRET_ID: vault.deployer.secretId,
        OAUTH_JWT_SECRET: config.oauthJwtSecret,
        POSTGRES_PASSWORD: config.postgresPassword,
        POSTGRES_MIGRATOR_PASSWORD: config.postgresMigratorPassword,
        POSTGRES_APP_PASSWORD: config.postgresAppPassword,
        POSTGRES_AUDITOR_PASSWORD: config.postgresAuditorPassword,
        POSTGRES_ZITADEL_PASSWORD: config.postgresZitadelPassword,
        ZITADEL_MASTERKEY: config.zitadelMasterKey,
        ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD: config.zitadelAdminPassword,
        ZITADEL_DEPLOYER_KEY: config.zitadelDeployerKey,
        ZITADEL_MACHINE_CLIENT_SECRET: zitadel.application.machineClientSecret,
        ZITADEL_TLS_PRIVATE_KEY: config.zitadelPrivateKey,
        VAULT_TLS_PRIVATE_KEY: config.vaultPrivateKey,
        BROKER_TLS_PRIVATE_KEY: config.brokerPrivateKey,
        POSTGRES_TLS_PRIVATE_KEY: config.postgresPrivateKey,
        EDGE_TLS_PRIVATE_KEY: config.edgePrivateKey,
      },
    },
  };
}

function host(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

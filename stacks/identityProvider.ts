import type { Segments } from "../components/network/segments";
import type { Roles } from "../components/postgres/roles";
import { AdminPassword, Application, InstancePolicies } from "../components/zitadel/instance";
import { ZitadelServer, zitadelPort } from "../components/zitadel/zitadelServer";
import { imageReference } from "../images/imageLock";
import { zitadelStandinRepository } from "../images/release";
import type { StackConfig } from "./config";

/** Roles of Zitadel's project; the gateway takes each as the scope of that name. */
const roles = ["mcp:*", "connectors:read", "connectors:write"];
/** Agents' programs take the login's code on a port of their own on loopback (RFC 8252, 7.3). */
export const redirectUris = ["http://127.0.0.1/callback", "http://localhost/callback"];

/** Zitadel, its policies, and the application by which people and agents log in. */
export function deployIdentityProvider(config: StackConfig, segments: Segments, databases: Roles) {
  const { name: stackName, caCertificate } = config;
  const { hostname } = new URL(config.authUrl);
  const server = new ZitadelServer("zitadel", {
    stackName,
    image: imageOf(config),
    // Zitadel goes by the host that it is asked for, so that is its name on the segment too.
    networks: [
      { network: segments.edge, alias: hostname },
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
    address: server.adminAddress,
    origin: config.authUrl,
    caCertificate,
    deployerKey: config.zitadelDeployerKey,
    tunnel: tunnelOf(config),
    trigger: server.containerId,
  };
  const adminPassword = new AdminPassword("zitadel", {
    connection,
    loginName: server.adminLogin,
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
    people: [server.adminLogin],
  });
  return { server, adminPassword, application, upstream: `${hostname}:${zitadelPort}` };
}

/** Zitadel's own image; in development the stand-in's, where the configuration names its tag. */
function imageOf({ zitadelStandinTag, images }: StackConfig): string {
  if (zitadelStandinTag !== undefined) return `${zitadelStandinRepository}:${zitadelStandinTag}`;
  return imageReference(images.zitadel!); // the configuration is refused without it
}

function tunnelOf(config: StackConfig) {
  const { zitadelSshHost: host, zitadelSshPort: port, zitadelSshUser: user } = config;
  const { zitadelSshPrivateKey: privateKey, zitadelSshHostKey: hostKey } = config;
  return host && port && user && privateKey && hostKey
    ? { host, port, user, privateKey, hostKey }
    : undefined;
}

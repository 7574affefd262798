import { randomBytes } from "node:crypto";

import type { Docker } from "../../probes/docker";
import { services, type Container, type Inspection, type Service, type Target } from "../../probes/target";

/** Without `readonly`, all the way down, so that a test can break one property. */
export type Mutable<T> = T extends (...args: never[]) => unknown
  ? T
  : { -readonly [K in keyof T]: Mutable<T[K]> };

const digest = `sha256:${"ab".repeat(32)}`;
const sha = "0123456789abcdef0123456789abcdef01234567";

/** A stack of which nothing is wrong; its secrets are made anew each time. */
export function compliantTarget(docker: Docker = unexpected): Mutable<Target> {
  const secrets = Object.fromEntries(
    ["VAULT_JWT_SECRET", "VAULT_DEPLOYER_SECRET_ID", "OAUTH_JWT_SECRET", "POSTGRES_APP_PASSWORD"].map(
      (name) => [name, randomBytes(24).toString("base64url")],
    ),
  );
  const containers = services.map((service, index) => compliantContainer(service, index));
  return {
    name: "apexmcp-test",
    environment: "dev",
    publicUrl: "https://127.0.0.1:8443",
    authUrl: "https://auth.localhost:8443",
    edgeUrl: "https://127.0.0.1:8443",
    edgeHttpUrl: "http://127.0.0.1:8080",
    vaultAddress: "https://127.0.0.1:18200",
    vaultDeployerRoleId: "deployer",
    zitadel: {
      address: "https://127.0.0.1:18300",
      adminLogin: "admin@auth.localhost",
      adminPasswordSet: "2026-01-01T00:00:00.000Z",
      organisationId: "1",
      projectId: "2",
      clientId: "3",
      machineClientId: "apexmcp-agent",
    },
    postgres: { host: "127.0.0.1", port: 15432, database: "apexmcp" },
    caCertificate: "unused",
    secrets,
    containers,
    inspections: containers.map(({ inspection }) => inspection),
    docker,
  };
}

/** The container of a service, to be broken. */
export function containerIn(target: Mutable<Target>, service: Service): Mutable<Container> {
  return target.containers.find((it) => it.service === service)!;
}

const unexpected: Docker = (args) => Promise.reject(new Error(`unexpected: docker ${args.join(" ")}`));

const networks: Record<Service, readonly string[]> = {
  vault: ["vault", "admin"],
  postgres: ["data", "admin"],
  broker: ["broker", "vault"],
  zitadel: ["edge", "data", "admin"],
  gateway: ["edge", "data", "broker"],
  edge: ["edge", "front"],
};
const subnets = ["edge", "data", "vault", "admin", "front", "broker"];

function compliantContainer(service: Service, index: number): Mutable<Container> {
  const name = `apexmcp-test-${service}`;
  const inspection: Mutable<Inspection> = {
    Id: String(index).repeat(64),
    Name: `/${name}`,
    Image: digest,
    State: { Status: "running", Health: { Status: "healthy" } },
    Config: {
      Image:
        service === "gateway" || service === "broker"
          ? `apexmcp/gateway:${sha}`
          : `registry.test/${service}:1.2@${digest}`,
      User: "1000:1000",
      Env: ["PATH=/bin", "PGHOST=postgres"],
      Entrypoint: service === "vault" ? ["/bin/vault"] : ["node"],
      Cmd: service === "vault" ? ["server", "-config=/etc/apexmcp/vault.json"] : ["dist/server.js"],
      Labels: { "apexmcp.stack": "apexmcp-test" },
      Healthcheck: { Test: ["CMD", "true"] },
    },
    HostConfig: {
      Privileged: false,
      ReadonlyRootfs: true,
      NetworkMode: "apexmcp-test-edge",
      PidMode: "",
      IpcMode: "private",
      UTSMode: "",
      UsernsMode: "",
      CgroupnsMode: "private",
      CapAdd: null,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Memory: 1024,
      MemorySwap: 1024,
      NanoCpus: 1e9,
      CpuQuota: 0,
      PidsLimit: null,
      Ulimits: [{ Name: "nproc", Hard: 512 }],
    },
    Mounts:
      service === "vault"
        ? [
            {
              Type: "volume",
              Name: "apexmcp-test-vault-storage",
              Source: "/var/lib/docker/volumes/x",
              Destination: "/vault/file",
              RW: true,
            },
          ]
        : [],
    NetworkSettings: {
      Ports:
        service === "gateway"
          ? { "8080/tcp": null }
          : { "1/tcp": [{ HostIp: "127.0.0.1", HostPort: String(18200 + index) }] },
      Networks: Object.fromEntries(
        networks[service].map((network) => [
          `apexmcp-test-${network}`,
          {
            IPAddress: `10.0.${subnets.indexOf(network)}.${index + 2}`,
            Gateway: network === "front" ? "10.0.4.1" : "",
          },
        ]),
      ),
    },
  };
  return {
    service,
    name,
    inspection,
    processStatus: {
      Uid: "1000\t1000\t1000\t1000",
      Gid: "1000\t1000\t1000\t1000",
      NoNewPrivs: "1",
      ...Object.fromEntries(
        ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map((set) => [set, "0000000000000000"]),
      ),
    },
    mounts: "600 500 0:50 / / ro,relatime - overlay overlay rw\n601 600 0:51 / /tmp rw - tmpfs tmpfs rw",
  };
}

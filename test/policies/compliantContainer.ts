import { randomBytes } from "node:crypto";

import type { TestedResource } from "./evaluate";

/** The inputs of `docker.Container` that tests change; values of a wrong type are what they test. */
export interface ContainerProps {
  [input: string]: unknown;
  envs: unknown[];
  capabilities?: { drops?: unknown[]; adds?: unknown[] };
  ulimits: { name: string; soft: number; hard: number }[];
  mounts: object[];
  volumes: object[];
  networksAdvanced: object[];
  ports?: { internal: number; external?: number; ip?: string; protocol?: string }[];
  healthcheck?: { tests: string[]; interval?: string };
}

/** The inputs of a `docker.Service`'s container. */
export interface ServiceContainerProps {
  [input: string]: unknown;
  env: Record<string, unknown>;
  mounts: object[];
}

export interface ServiceProps {
  [input: string]: unknown;
  taskSpec: {
    containerSpec: ServiceContainerProps;
    resources: { limits: { memoryBytes?: number; nanoCpus?: number } };
    networksAdvanceds: object[];
  };
}

type Change = (props: ContainerProps) => unknown;

const digest = `sha256:${randomBytes(32).toString("hex")}`;

/** A `docker.Container` that every policy accepts, after `change` was made to its inputs. */
export function container(change: Change = () => {}): TestedResource {
  const props: ContainerProps = {
    name: "web",
    image: `nginx:1.28.0@${digest}`,
    entrypoints: ["nginx"],
    command: ["-g", "daemon off;"],
    user: "101:101",
    envs: ["PGHOST=postgres", "PGPORT=5432", "POSTGRES_PASSWORD_FILE=/run/secrets/POSTGRES_PASSWORD"],
    labels: [{ label: "team", value: "platform" }],
    readOnly: true,
    privileged: false,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    memory: 256,
    memorySwap: 256,
    cpus: "0.5",
    ulimits: [{ name: "nproc", soft: 64, hard: 64 }],
    mounts: [{ type: "volume", source: "web-data", target: "/data" }],
    volumes: [{ fromContainer: "3f1a:ro" }],
    networksAdvanced: [{ name: "edge", aliases: ["web"] }],
    ports: [{ internal: 8443, external: 8443, ip: "127.0.0.1", protocol: "tcp" }],
    healthcheck: { tests: ["CMD", "curl", "-f", "https://localhost:8443/"], interval: "5s" },
    restart: "on-failure",
    maxRetryCount: 5,
    mustRun: true,
  };
  change(props);
  return { type: "docker:index/container:Container", props };
}

/** A `docker.Service` that every policy accepts, after `change` was made to its container and its other inputs. */
export function service(
  change: (container: ServiceContainerProps, props: ServiceProps) => unknown = () => {},
): TestedResource {
  const containerSpec: ServiceContainerProps = {
    image: `nginx:1.28.0@${digest}`,
    commands: ["nginx"],
    args: ["-g", "daemon off;"],
    user: "101:101",
    env: { PGHOST: "postgres" },
    readOnly: true,
    capDrops: ["ALL"],
    mounts: [{ type: "volume", source: "web-data", target: "/data" }],
    healthcheck: { tests: ["CMD", "curl", "-f", "https://localhost:8443/"], interval: "5s" },
    secrets: [{ secretId: "x1y2", secretName: "web-tls", fileName: "/run/secrets/tls.key" }],
  };
  const props: ServiceProps = {
    name: "web",
    taskSpec: {
      containerSpec,
      resources: { limits: { memoryBytes: 268435456, nanoCpus: 500000000 } },
      networksAdvanceds: [{ name: "edge" }],
    },
  };
  change(containerSpec, props);
  return { type: "docker:index/service:Service", props };
}

/** The container that carries files into a volume: never started, and without what only a process needs. */
export function fileCarrier(change: Change = () => {}): TestedResource {
  return container((props) => {
    for (const key of [
      "readOnly",
      "memory",
      "memorySwap",
      "cpus",
      "ulimits",
      "networksAdvanced",
      "ports",
      "healthcheck",
      "restart",
    ]) {
      delete props[key];
    }
    Object.assign(props, { start: false, mustRun: false, networkMode: "none" });
    change(props);
  });
}

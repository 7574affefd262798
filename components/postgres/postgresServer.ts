import * as pulumi from "@pulumi/pulumi";

import { dataVolume } from "../container/dataVolume";
import { HardenedContainer, type NetworkAttachment } from "../container/hardenedContainer";
import { clientAuthentication, serverConfiguration, startScript } from "./serverFiles";

export interface PostgresServerArgs {
  readonly stackName: string;
  readonly image: pulumi.Input<string>;
  readonly networks: NetworkAttachment[];
  /** Port on 127.0.0.1 of the Docker machine, for the deployer. */
  readonly adminPort: number;
  /** PEM, valid for `postgres`, `localhost` and 127.0.0.1. */
  readonly certificate: pulumi.Input<string>;
  readonly privateKey: pulumi.Input<string>;
  /** Of the role `apexmcp_deployer`, which creates the others; a changed one is set at the next start. */
  readonly deployerPassword: pulumi.Input<string>;
}

/**
 * A PostgreSQL server that takes TLS connections with scram-sha-256 passwords only
 * (postgres-connection-require-tls, postgres-authentication-require-scram), each role into its own database only
 * (postgres-connection-limit-databases), and no remote superuser (postgres-role-disallow-superuser). It logs who
 * comes and goes, and each change of the schema (postgres-log-enable-connections). Its data is on a named volume that outlives the stack.
 */
export class PostgresServer extends pulumi.ComponentResource {
  readonly containerName: string;
  readonly adminHost = "127.0.0.1";
  readonly adminPort: number;

  constructor(name: string, args: PostgresServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("apexmcp:postgres:PostgresServer", name, {}, opts);

    const data = dataVolume(this, name, { stackName: args.stackName, service: "postgres", content: "data" });
    const server = new HardenedContainer(
      name,
      {
        stackName: args.stackName,
        service: "postgres",
        image: args.image,
        user: { uid: 999, gid: 999 },
        command: ["/bin/sh", "/etc/apexmcp/start.sh"],
        files: {
          secrets: {
            "tls.crt": args.certificate,
            "tls.key": args.privateKey,
            POSTGRES_PASSWORD: args.deployerPassword,
          },
          config: {
            "start.sh": startScript,
            "postgresql.conf": serverConfiguration,
            "pg_hba.conf": clientAuthentication,
          },
        },
        volumes: { "/var/lib/postgresql/data": data },
        temporary: { "/tmp": 64, "/run/postgresql": 1 },
        networks: args.networks,
        ports: [{ address: "127.0.0.1", internal: 5432, external: args.adminPort }],
        limits: { memoryMiB: 1024, cpus: 2, processes: 512 },
        healthCheck: { command: ["pg_isready", "--quiet", "--host=/run/postgresql"] },
        stopSeconds: 30,
      },
      { parent: this },
    );
    this.containerName = server.containerName;
    this.adminPort = args.adminPort;
    this.registerOutputs();
  }
}

import { createPublicKey } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

import { HardenedContainer, type NetworkAttachment } from "../container/hardenedContainer";

export interface ZitadelServerArgs {
  readonly stackName: string;
  /** Zitadel's own, or in development its stand-in's: both take the same configuration. */
  readonly image: pulumi.Input<string>;
  readonly networks: NetworkAttachment[];
  /** Port on 127.0.0.1 of the Docker machine, for the deployer. */
  readonly adminPort: number;
  /** https origin at which people reach it, through the edge; the issuer of its tokens. */
  readonly origin: string;
  /** PEM, valid for `zitadel`, the origin's host, `localhost` and 127.0.0.1. */
  readonly certificate: pulumi.Input<string>;
  readonly privateKey: pulumi.Input<string>;
  /** PEM of the CA that signed the database's certificate. */
  readonly caCertificate: string;
  /** Encrypts Zitadel's keys in its database: 32 characters, and the same for ever. */
  readonly masterKey: pulumi.Input<string>;
  /** Of the first administrator, while the instance is set up; void after that. */
  readonly bootstrapPassword: pulumi.Input<string>;
  /** PEM, RSA: the deployer's key, of which Zitadel gets the public half. */
  readonly deployerKey: pulumi.Input<string>;
  readonly postgres: {
    readonly host: string;
    readonly database: pulumi.Input<string>;
    readonly user: pulumi.Input<string>;
    readonly password: pulumi.Input<string>;
  };
}

/** The port on which it listens, with TLS. */
export const zitadelPort = 8080;
/** Name of the system user that deploys; nobody logs in with it. */
const deployer = "deployer";

const [secretFile, configFile] = [
  (name: string) => `/run/secrets/${name}`,
  (name: string) => `/etc/apexmcp/${name}`,
];

/**
 * Zitadel, the identity provider (article, finding 2).
 *
 * - its first administrator's password has to be changed at the first login, and no argument can turn that off
 *   (zitadel-admin-require-password-change); the configuration holds no password, not even a placeholder
 *   (zitadel-admin-require-own-password)
 * - TLS on every hop: to people by the edge, from the edge and the deployer to it (zitadel-instance-require-tls)
 * - a database user of its own that is no superuser, over verified TLS; it is its own administrator, so nothing in
 *   this container can create another
 * - no IAM_OWNER token: the deployer signs tokens that live for a minute, and Zitadel has only the public key
 */
export class ZitadelServer extends pulumi.ComponentResource {
  readonly containerName: string;
  /** Where the deploying machine reaches its API. */
  readonly adminAddress: string;
  readonly origin: string;
  /** The first administrator. */
  readonly adminLogin: string;
  /** Changes when the container does. */
  readonly containerId: pulumi.Output<string>;

  constructor(name: string, args: ZitadelServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("apexmcp:zitadel:ZitadelServer", name, {}, opts);
    const { hostname } = new URL(args.origin);
    this.adminAddress = `https://127.0.0.1:${args.adminPort}`;
    this.origin = args.origin;
    // With an @, Zitadel takes it as the whole login name.
    this.adminLogin = `admin@${hostname}`;

    const server = new HardenedContainer(
      name,
      {
        stackName: args.stackName,
        service: "zitadel",
        image: args.image,
        user: { uid: 1000, gid: 1000 },
        command: [
          ...(["/app/zitadel", "start-from-init", "--tlsMode", "enabled"] as const),
          ...["--masterkeyFile", secretFile("masterkey"), "--steps", configFile("steps.yaml")],
          ...["--config", configFile("zitadel.yaml"), "--config", secretFile("database.yaml")],
        ],
        environment: {
          ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD: args.bootstrapPassword,
          ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORDCHANGEREQUIRED: "true",
        },
        exceptions: [
          {
            finding: "container-environment-disallow-secret",
            reason:
              "Zitadel takes the bootstrap password from the environment only; it has to be changed at once",
          },
        ],
        files: {
          secrets: {
            masterkey: args.masterKey,
            "database.yaml": pulumi.jsonStringify({
              Database: {
                postgres: {
                  User: { Password: args.postgres.password },
                  Admin: { Password: args.postgres.password },
                },
              },
            }),
            "tls.crt": args.certificate,
            "tls.key": args.privateKey,
          },
          config: {
            "zitadel.yaml": configuration(args),
            "steps.yaml": JSON.stringify(firstInstance(this.adminLogin), null, 2),
            "deployer.pub": publicKey(args.deployerKey),
            "ca.crt": args.caCertificate,
          },
        },
        temporary: { "/tmp": 16 },
        networks: args.networks,
        ports: [{ address: "127.0.0.1", internal: zitadelPort, external: args.adminPort }],
        limits: { memoryMiB: 512, cpus: 1, processes: 512 },
        healthCheck: { command: ["/app/zitadel", "ready", "--config", configFile("zitadel.yaml")] },
        waitSeconds: 300, // the real one sets its database up first
      },
      { parent: this },
    );
    this.containerName = server.containerName;
    this.containerId = server.container.id;
    this.registerOutputs({ adminAddress: this.adminAddress });
  }
}

/** JSON, which is YAML too: no value can break out of it. */
function configuration({ origin, postgres }: ZitadelServerArgs): pulumi.Output<string> {
  const { hostname, port } = new URL(origin);
  const user = {
    Username: postgres.user,
    SSL: { Mode: "verify-full", RootCert: configFile("ca.crt") },
  };
  return pulumi.jsonStringify(
    {
      ExternalDomain: hostname,
      ExternalPort: Number(port || 443),
      ExternalSecure: true,
      Port: zitadelPort,
      TLS: { Enabled: true, CertPath: secretFile("tls.crt"), KeyPath: secretFile("tls.key") },
      Database: {
        postgres: {
          Host: postgres.host,
          Port: 5432,
          Database: postgres.database,
          User: user,
          // Role and database are there already: as its own administrator it creates neither.
          Admin: { ...user, ExistingDatabase: postgres.database },
        },
      },
      SystemAPIUsers: [
        {
          [deployer]: {
            Path: configFile("deployer.pub"),
            Memberships: [{ MemberType: "System", Roles: ["SYSTEM_OWNER", "IAM_OWNER", "ORG_OWNER"] }],
          },
        },
      ],
      // The login at /ui/login is part of the server; the newer one would be another container.
      DefaultInstance: { Features: { LoginV2: { Required: false } } },
      Telemetry: { Enabled: false },
    },
    undefined,
    2,
  );
}

function firstInstance(adminLogin: string) {
  return {
    FirstInstance: {
      Org: {
        Name: "ApexMCP",
        Human: {
          UserName: adminLogin,
          FirstName: "ApexMCP",
          LastName: "Administrator",
          Email: { Address: adminLogin, Verified: true },
          PasswordChangeRequired: true,
        },
      },
    },
  };
}

/** Not secret any more: what can be read of it is what Zitadel is told. */
function publicKey(privateKey: pulumi.Input<string>): pulumi.Output<string> {
  const pem = pulumi
    .output(privateKey)
    .apply((it) => String(createPublicKey(it).export({ type: "spki", format: "pem" })));
  return pulumi.unsecret(pem);
}

import { generateKeyPairSync, randomBytes } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

import { ZitadelServer } from "../../../components/zitadel/zitadelServer";
import { named, recordResources } from "../recordedResources";

const random = () => randomBytes(18).toString("base64url");
const secrets = { masterKey: random(), bootstrapPassword: random(), database: random(), tls: random() };
const deployer = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const deployerKey = String(deployer.export({ type: "pkcs8", format: "pem" }));

let container: Record<string, unknown>;
let files: { file: string; content: string }[];
let server: ZitadelServer;

beforeAll(async () => {
  const recorded = await recordResources(() => {
    server = new ZitadelServer("zitadel", {
      stackName: "acme",
      image: "zitadel@sha256:0",
      networks: [],
      adminPort: 18300,
      origin: "https://auth.test:8443",
      certificate: "certificate",
      privateKey: pulumi.secret(secrets.tls),
      caCertificate: "ca",
      masterKey: pulumi.secret(secrets.masterKey),
      bootstrapPassword: pulumi.secret(secrets.bootstrapPassword),
      deployerKey: pulumi.secret(deployerKey),
      postgres: {
        host: "postgres",
        database: "zitadel",
        user: "zitadel",
        password: pulumi.secret(secrets.database),
      },
    });
    return server;
  });
  container = named(recorded, "zitadel-container");
  files = (named(recorded, "zitadel-files")["uploads"] as { value: typeof files }).value;
});

const file = (name: string) => files.find((it) => it.file.endsWith(`/${name}`))!.content;

it("requires the first administrator to change the password, in the environment and in the steps", () => {
  const { value } = container["envs"] as { value: string[] };
  expect(value).toEqual([
    `ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD=${secrets.bootstrapPassword}`,
    "ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORDCHANGEREQUIRED=true",
  ]);
  expect(JSON.parse(file("steps.yaml"))).toMatchObject({
    FirstInstance: { Org: { Human: { UserName: "admin@auth.test", PasswordChangeRequired: true } } },
  });
});

it("holds no password in its configuration, and the environment alone has the bootstrap password", () => {
  const shown = files.filter((it) => !it.file.startsWith("/run/secrets/")).map(({ content }) => content);
  for (const secret of [...Object.values(secrets), deployerKey]) expect(shown.join()).not.toContain(secret);
  expect(JSON.stringify(container["command"])).not.toContain(secrets.masterKey);
  expect(files.map(({ content }) => content).join()).not.toContain(secrets.bootstrapPassword);
});

it("takes its master key and the database's password from files", () => {
  expect(container["command"]).toEqual(expect.arrayContaining(["--masterkeyFile", "/run/secrets/masterkey"]));
  expect(file("masterkey")).toBe(secrets.masterKey);
  expect(JSON.parse(file("database.yaml"))).toEqual({
    Database: {
      postgres: { User: { Password: secrets.database }, Admin: { Password: secrets.database } },
    },
  });
});

it("is reached by TLS alone, under its own external domain, and reaches PostgreSQL by verified TLS", () => {
  expect(JSON.parse(file("zitadel.yaml"))).toMatchObject({
    ExternalDomain: "auth.test",
    ExternalPort: 8443,
    ExternalSecure: true,
    TLS: { Enabled: true },
    Database: { postgres: { User: { Username: "zitadel", SSL: { Mode: "verify-full" } } } },
  });
  expect(container["command"]).toEqual(expect.arrayContaining(["--tlsMode", "enabled"]));
  expect(container["ports"]).toEqual([{ ip: "127.0.0.1", internal: 8080, external: 18300, protocol: "tcp" }]);
});

it("knows the deployer by the public half of its key, and has no token for anybody", () => {
  expect(file("deployer.pub")).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  expect(file("steps.yaml")).not.toMatch(/Machine|Pat/);
});

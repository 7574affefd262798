import * as pulumi from "@pulumi/pulumi";

import { Roles } from "../../../components/postgres/roles";
import { recordResources } from "../recordedResources";

const record = () =>
  recordResources(
    () =>
      new Roles("postgres", {
        server: new pulumi.ComponentResource("apexmcp:test:Server", "server"),
        host: "127.0.0.1",
        port: 15432,
        deployerPassword: pulumi.secret("deployer"),
        caCertificate: "-----BEGIN CERTIFICATE-----",
        caCertificateFile: "/ca.crt",
        migratorPassword: pulumi.secret("migrator"),
        appPassword: pulumi.secret("app"),
        auditorPassword: pulumi.secret("auditor"),
        zitadelPassword: pulumi.secret("zitadel"),
      }),
  );
const ofType = async (type: string) =>
  (await record()).filter((it) => it.type === type).map((it) => it.inputs);

it("makes four roles that may log in and nothing more", async () => {
  const roles = await ofType("postgresql:index/role:Role");
  expect(roles.map(({ name }) => name).sort()).toEqual([
    "apexmcp_app",
    "apexmcp_auditor",
    "apexmcp_migrator",
    "zitadel",
  ]);
  for (const role of roles) {
    expect(role).toMatchObject({
      login: true,
      superuser: false,
      createRole: false,
      createDatabase: false,
      replication: false,
      bypassRowLevelSecurity: false,
    });
    expect(role["roles"]).toBeUndefined();
  }
});

it("gives each a limit of connections and time-outs, and holds it to them", async () => {
  const roles = await ofType("postgresql:index/role:Role");
  const bounds = await ofType("hardening:postgres:RoleBounds");
  expect(bounds.map(({ role }) => role)).toEqual(roles.map(({ name }) => name));
  for (const [index, { connectionLimit, statementTimeout }] of roles.entries()) {
    expect(connectionLimit).toBeGreaterThan(0);
    expect(bounds[index]!["settings"]).toEqual(
      expect.arrayContaining([
        `statement_timeout=${String(statementTimeout)}`,
        "idle_in_transaction_session_timeout=60000",
      ]),
    );
  }
  expect(bounds.find(({ role }) => role === "apexmcp_app")!["settings"]).toContain("search_path=apexmcp");
});

it("gives the database to the migrator, and Zitadel one of its own", async () => {
  expect(await ofType("postgresql:index/database:Database")).toMatchObject([
    { name: "apexmcp", owner: "apexmcp_migrator" },
    { name: "zitadel", owner: "zitadel" },
  ]);
});

it("verifies the server's certificate and name, and doesn't count on a superuser", async () => {
  expect(await ofType("pulumi:providers:postgresql")).toMatchObject([
    { sslmode: "verify-full", sslrootcert: "/ca.crt", superuser: "false", username: "apexmcp_deployer" },
  ]);
});

it("connects to nothing until a role is made", async () => {
  expect(await ofType("pulumi:providers:postgresql")).toMatchObject([{ expectedVersion: "15.0.0" }]);
});

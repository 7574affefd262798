import * as pulumi from "@pulumi/pulumi";

import { Gateway, type GatewayArgs } from "../../../components/gateway/gateway";
import { named, recordResources } from "../recordedResources";

const record = (more: Partial<GatewayArgs> = {}) =>
  recordResources(
    () =>
      new Gateway("gateway", {
        stackName: "acme",
        image: `apexmcp/gateway:${"0".repeat(40)}`,
        networks: [],
        postgres: {
          host: "postgres",
          database: "apexmcp",
          user: "apexmcp_app",
          password: pulumi.secret("password"),
        },
        oauthJwtSecret: pulumi.secret("oauth"),
        vaultJwtSecret: pulumi.secret("vault"),
        caCertificate: "ca",
        publicUrl: "https://mcp.test",
        edgeSubnet: "10.0.0.0/24",
        brokerUrl: "https://broker:8090",
        bodyBytes: 1024,
        identityProvider: {
          issuer: "https://auth.test",
          audience: "1",
          jwksUrl: "https://auth.test:8080/oauth/v2/keys",
        },
        ...more,
      }),
  );

it("gets its secrets as files and none in its environment", async () => {
  const recorded = await record();
  const { value } = named(recorded, "gateway-files")["uploads"] as { value: { file: string }[] };
  expect(value.map(({ file }) => file)).toEqual([
    "/run/secrets/OAUTH_JWT_SECRET",
    "/run/secrets/VAULT_JWT_SECRET",
    "/run/secrets/POSTGRES_APP_PASSWORD",
    "/etc/apexmcp/ca.crt",
  ]);
  expect(JSON.stringify(named(recorded, "gateway-container")["envs"])).not.toMatch(/SECRET|PASSWORD|TOKEN/);
});

it("believes the edge's segment alone about a client's address", async () => {
  expect(named(await record(), "gateway-container")["envs"]).toContain("TRUSTED_PROXY_CIDRS=10.0.0.0/24");
});

it("lets no web page call it and connectors reach only https at public addresses, unless it is told to", async () => {
  const plain = await record();
  const told = await record({
    corsOrigins: ["https://app.test", "https://b.test"],
    connectors: { allowCidrs: ["10.1.0.0/16"], http: true },
  });
  const of = (recorded: typeof plain) => named(recorded, "gateway-container")["envs"];
  expect(of(plain)).toEqual(
    expect.arrayContaining(["CORS_ORIGINS=", "EGRESS_ALLOW_CIDRS=", "ALLOW_HTTP_CONNECTORS=false"]),
  );
  expect(of(told)).toEqual(
    expect.arrayContaining([
      "CORS_ORIGINS=https://app.test,https://b.test",
      "EGRESS_ALLOW_CIDRS=10.1.0.0/16",
      "ALLOW_HTTP_CONNECTORS=true",
    ]),
  );
});

it("publishes nothing", async () => {
  expect(named(await record(), "gateway-container")["ports"]).toEqual([]);
});

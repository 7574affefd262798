import { generateKeyPairSync, randomBytes } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

import { settings } from "../../stacks/settings";
import { platform } from "../../stacks/platform";
import { recordResources } from "../components/recordedResources";
import { evaluate, evaluateStack } from "./evaluate";

const value = () => randomBytes(24).toString("base64url");
const image = (name: string) => ({ name, tag: "1.0.0", digest: `sha256:${randomBytes(32).toString("hex")}` });

/** Stands for a configuration: a generated secret under every name but the given and the settings. */
const configuration = {
  name: "apexmcp-test",
  environment: "dev",
  imageTag: randomBytes(20).toString("hex"),
  imageRepository: undefined,
  imageDigest: undefined,
  images: {
    vault: image("hashicorp/vault"),
    postgres: image("postgres"),
    nginx: image("nginx"),
    node: image("node"),
    zitadel: image("zitadel/zitadel"),
  },
  slot: undefined,
  zitadelStandinTag: undefined,
  zitadelSshHost: undefined,
  edgeTrustedProxies: undefined,
  corsOrigins: undefined,
  egressAllowCidrs: undefined,
  httpConnectors: undefined,
  zitadelDeployerKey: pulumi.secret(
    String(
      generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }),
    ),
  ),
  publicUrl: "https://mcp.test",
  authUrl: "https://auth.test",
  edgeAddress: "127.0.0.1",
  edgeHttpsPort: 8443,
  edgeHttpPort: 8080,
  vaultPort: 8200,
  postgresPort: 5432,
  zitadelPort: 8300,
  caCertificate: "-----BEGIN CERTIFICATE-----",
  caCertificateFile: "/etc/apexmcp/ca.crt",
};
const plain = new Set(
  Object.entries(settings)
    .filter(([, setting]) => !("secret" in setting))
    .map(([key]) => key),
);
const config = new Proxy(configuration, {
  get(known, key) {
    if (key in known) return known[key as keyof typeof known];
    return plain.has(String(key)) ? "plain" : pulumi.secret(value());
  },
}) as unknown as Parameters<typeof platform>[0];

test("every policy accepts every resource of the platform as it is declared", async () => {
  const recorded = await recordResources(() => {
    platform(config, { vaultInitFile: "/etc/apexmcp/vault-init.json" });
    return [];
  });
  expect(recorded.length).toBeGreaterThan(10);
  const resources = recorded.map(({ type, name, inputs }) => ({ type, name, props: inputs }));
  for (const resource of resources) {
    const { messages, advisories } = await evaluate(resource);
    // What is wrong with it as a whole stack says nothing of it in this one.
    const alone = new Set((await evaluateStack([resource])).messages);
    expect([resource.name, messages.filter((it) => !alone.has(it)), advisories]).toEqual([
      resource.name,
      [],
      [],
    ]);
  }
  expect(await evaluateStack(resources)).toEqual({ findings: [], messages: [], advisories: [] });
});

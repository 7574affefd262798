import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

import { ConfigError, parseConfig } from "../../stacks/config";
import type { ConfigSource } from "../../stacks/configProblems";
import { settings } from "../../stacks/settings";
import { CertificateAuthority } from "../support/certificateAuthority";

const directory = mkdtempSync(join(tmpdir(), "config-"));
afterAll(() => rmSync(directory, { recursive: true }));

const file = (name: string, content: string): string => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};
const random = (): string => randomBytes(36).toString("base64url");
const privateKey = (): string =>
  generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();

const image = (name: string) => ({ name: `localhost/${name}`, tag: "1", digest: `sha256:${"0".repeat(64)}` });
const lock = {
  source: "baked",
  images: {
    postgres: image("postgres"),
    nginx: image("nginx"),
    vault: image("vault"),
    node: image("node"),
    zitadel: image("zitadel"),
  },
};

let ca: CertificateAuthority;
let plain: Record<string, string>;
let secrets: Record<string, string>;

beforeAll(async () => {
  ca = await CertificateAuthority.create();
  const names = ["vault", "postgres", "broker", "127.0.0.1", "mcp.test", "auth.test"];
  const [vault, postgres, broker, zitadel, edge] = await Promise.all(
    [0, 1, 2, 3, 4].map(() => ca.sign({ names })),
  );
  plain = {
    name: "acme",
    environment: "dev",
    publicUrl: "https://mcp.test",
    authUrl: "https://auth.test",
    edgeAddress: "127.0.0.1",
    edgeHttpsPort: "8443",
    edgeHttpPort: "8080",
    vaultPort: "18200",
    postgresPort: "15432",
    zitadelPort: "18300",
    zitadelStandinTag: "0".repeat(40),
    imageLock: file("lock.json", JSON.stringify(lock)),
    imageTag: "0".repeat(40),
    vaultInitFile: "init.json",
    caCertificateFile: file("ca.crt", ca.pem),
    vaultCertificate: vault!.certificate,
    postgresCertificate: postgres!.certificate,
    brokerCertificate: broker!.certificate,
    zitadelCertificate: zitadel!.certificate,
    edgeCertificate: edge!.certificate,
  };
  secrets = {
    vaultJwtSecret: random(),
    oauthJwtSecret: random(),
    postgresPassword: random(),
    postgresMigratorPassword: random(),
    postgresAppPassword: random(),
    postgresAuditorPassword: random(),
    postgresZitadelPassword: random(),
    vaultPrivateKey: vault!.privateKey,
    postgresPrivateKey: postgres!.privateKey,
    brokerPrivateKey: broker!.privateKey,
    zitadelPrivateKey: zitadel!.privateKey,
    zitadelMasterKey: randomBytes(16).toString("hex"),
    zitadelAdminPassword: `Aa1!${random()}`,
    zitadelDeployerKey: String(
      generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }),
    ),
    edgePrivateKey: edge!.privateKey,
  };
});

function source(
  overrides: Record<string, string | undefined> = {},
  more: Partial<ConfigSource> = {},
): ConfigSource {
  const config = Object.entries({ ...plain, ...secrets, ...overrides }).filter(
    ([, value]) => value !== undefined,
  );
  return {
    config: Object.fromEntries(config) as Record<string, string>,
    secretKeys: new Set(Object.keys(secrets)),
    env: {},
    stack: "test",
    ...more,
  };
}

function problems(given: ConfigSource): string[] {
  try {
    parseConfig(given);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.message
        .split("\n")
        .slice(1)
        .map((line) => line.replace("  - ", ""));
    throw error;
  }
  return [];
}

it("accepts a complete configuration and makes every secret a Pulumi secret", async () => {
  const config = parseConfig(source());
  expect(config).toMatchObject({ name: "acme", edgeHttpsPort: 8443, caCertificate: ca.pem });
  expect(config.images.vault.name).toBe("localhost/vault");
  expect(await pulumi.isSecret(config.oauthJwtSecret)).toBe(true);
  expect(await pulumi.isSecret(config.edgePrivateKey)).toBe(true);
});

it("reports every problem at once, each with the key, what is wrong and what sets it", () => {
  const found = problems(source({ oauthJwtSecret: undefined, vaultPort: "80", edgeAddress: "everywhere" }));
  expect(found).toHaveLength(3);
  expect(found).toContainEqual(
    expect.stringMatching(/^edgeAddress: .*set it: pulumi config set edgeAddress$/),
  );
  expect(found).toContainEqual(
    expect.stringMatching(/^vaultPort: .*1024.*set it: pulumi config set vaultPort$/),
  );
  expect(found).toContain(
    "oauthJwtSecret: missing; set it: pulumi config set --secret oauthJwtSecret (or the environment variable OAUTH_JWT_SECRET)",
  );
});

it("refuses unknown keys", () => {
  expect(problems(source({ oauthJwtSecrte: "x" }))).toEqual([
    "oauthJwtSecrte: unknown key; remove it: pulumi config rm oauthJwtSecrte",
  ]);
});

it("takes a secret from the environment variable of a deploy workflow", () => {
  expect(problems(source({ oauthJwtSecret: undefined }, { env: { OAUTH_JWT_SECRET: random() } }))).toEqual(
    [],
  );
});

it("takes an empty value for one that isn't set, in config and environment alike", () => {
  expect(problems(source({ oauthJwtSecret: "" }, { env: { OAUTH_JWT_SECRET: random() } }))).toEqual([]);
  expect(problems(source({}, { env: { OAUTH_JWT_SECRET: "" } }))).toEqual([]);
  expect(problems(source({ oauthJwtSecret: "" }))).toHaveLength(1);
});

it("refuses a secret that config and environment give differently, without showing either", () => {
  const [problem, ...others] = problems(source({}, { env: { OAUTH_JWT_SECRET: random() } }));
  expect(others).toEqual([]);
  expect(problem).toMatch(/^oauthJwtSecret: differs between OAUTH_JWT_SECRET and the stack's config/);
});

it("refuses a secret that is stored in plain text", () => {
  expect(problems(source({}, { secretKeys: new Set() }))).toHaveLength(Object.keys(secrets).length);
});

it("refuses a short secret, and shows no value", () => {
  const short = "hunter2-hunter2";
  const found = problems(source({ oauthJwtSecret: short }));
  expect(found).toEqual([expect.stringMatching(/^oauthJwtSecret: must be at least 32 characters/)]);
  expect(found.join()).not.toContain(short);
});

it("refuses one value for two secrets", () => {
  expect(problems(source({ oauthJwtSecret: secrets["vaultJwtSecret"] }))).toEqual([
    "oauthJwtSecret: has the same value as vaultJwtSecret; give each secret a value of its own",
  ]);
});

it.each(
  Object.entries(settings)
    .filter(
      ([key, setting]) => "secret" in setting && !/PrivateKey$|Key$/.test(key) && key !== "vaultJwtSecret",
    )
    .map(([key]) => key),
)("refuses VAULT_JWT_SECRET in %s too, and shows it nowhere", (key) => {
  // Long and varied enough for each of them.
  const shared = `Aa1!${random()}`;
  const secretKeys = new Set([...Object.keys(secrets), key]);
  const found = problems(source({ vaultJwtSecret: shared, [key]: shared }, { secretKeys }));
  expect(found).toEqual([expect.stringMatching(/^(\w+): has the same value as (\w+); give each secret/)]);
  for (const name of [key, "vaultJwtSecret"]) expect(found[0]).toContain(name);
  expect(found[0]).not.toContain(shared);
});

it("refuses what isn't a certificate or a private key", () => {
  expect(problems(source({ edgeCertificate: "none", edgePrivateKey: "none" }))).toHaveLength(2);
});

describe("a server's certificate is refused before anything is deployed", () => {
  it("when it has expired or lacks a host, beside every other problem", async () => {
    const pair = await ca.sign({ names: ["mcp.test"], from: -9, to: -1 });
    const found = problems(
      source({ vaultPort: "80", edgeCertificate: pair.certificate, edgePrivateKey: pair.privateKey }),
    );
    expect(found).toEqual([
      expect.stringMatching(/^vaultPort: /),
      expect.stringMatching(/^edgeCertificate: has expired on /),
      expect.stringMatching(/^edgeCertificate: is not for auth.test, but for DNS:mcp.test; get one/),
    ]);
  });

  it.each(["vault", "postgres", "broker", "zitadel", "edge"])(
    "when %s has the key of another, or one that the stack's CA didn't sign",
    async (server) => {
      const other = (await CertificateAuthority.create("other")).sign({
        names: ["vault", "postgres", "broker", "127.0.0.1", "mcp.test", "auth.test"],
      });
      const { certificate, privateKey } = await other;
      expect(problems(source({ [`${server}PrivateKey`]: privateKey }))).toEqual([
        expect.stringMatching(`^${server}PrivateKey: is not the certificate's key`),
      ]);
      expect(
        problems(source({ [`${server}PrivateKey`]: privateKey, [`${server}Certificate`]: certificate })),
      ).toEqual([expect.stringMatching(`^${server}Certificate: has no chain from its issuer CN=other`)]);
    },
  );

  it("naming the file that it is in, which goes before the value", async () => {
    const good = await ca.sign({ names: ["mcp.test", "auth.test"] });
    const old = await ca.sign({ names: ["mcp.test", "auth.test"], from: -9, to: -1 });
    const files = {
      edgeCertificateFile: file("edge.crt", good.certificate),
      edgePrivateKeyFile: file("edge.key", good.privateKey),
    };
    expect(problems(source(files))).toEqual([]);
    expect(parseConfig(source(files)).edgeCertificate).toBe(good.certificate);

    file("edge.crt", old.certificate);
    expect(problems(source(files))).toEqual([
      expect.stringMatching(`^edgeCertificateFile: ${files.edgeCertificateFile}: has expired on `),
      expect.stringMatching(`^edgePrivateKeyFile: ${files.edgePrivateKeyFile}: is not the certificate's key`),
    ]);
    file("edge.crt", "nonsense");
    expect(problems(source(files))).toEqual([
      expect.stringMatching(`^edgeCertificateFile: ${files.edgeCertificateFile}: is not a PEM certificate`),
    ]);
    expect(problems(source({ ...files, edgeCertificateFile: "/nowhere/edge.crt" }))).toEqual([
      expect.stringMatching(/^edgeCertificateFile: .*\/nowhere\/edge.crt.*; correct it: pulumi config set/),
    ]);
  });
});

it.each([
  ["Aa1!short", "must have 14 characters or more"],
  [`Aa1!${"a".repeat(67)}`, "must have at most 70 bytes"],
  ["aa1!aaaaaaaaaaaa", "must have an upper-case letter"],
  ["ONLYUPPERCASELETTERS", "must have a lower-case letter, a digit, a symbol"],
])("refuses a bootstrap password that Zitadel would refuse, and doesn't show it: %#", (password, problem) => {
  const found = problems(source({ zitadelAdminPassword: password }));
  expect(found).toEqual([expect.stringContaining(`zitadelAdminPassword: ${problem}; set it`)]);
  expect(found.join()).not.toContain(password);
});

it("refuses a master key that isn't 32 bytes", () => {
  for (const zitadelMasterKey of ["a".repeat(31), "a".repeat(33), "ä".repeat(32), `${"a".repeat(32)}\n`])
    expect(problems(source({ zitadelMasterKey }))).toEqual([
      expect.stringMatching(/^zitadelMasterKey: must be exactly 32 characters/),
    ]);
});

it("refuses a deployer's key that isn't RSA, since Zitadel takes no other", () => {
  expect(problems(source({ zitadelDeployerKey: privateKey() }))).toEqual([
    expect.stringMatching(/^zitadelDeployerKey: must be an RSA key/),
  ]);
});

it("refuses half a tunnel to Zitadel, and one host for gateway and identity provider", () => {
  expect(problems(source({ zitadelSshHost: "bastion", zitadelSshPort: "22" }))).toHaveLength(3);
  for (const authUrl of ["https://mcp.test", "https://mcp.test:9443"])
    expect(problems(source({ authUrl }))).toEqual([
      expect.stringMatching(/^authUrl: has the host of publicUrl/),
    ]);
});

it("takes exact origins, and networks that connectors may reach", () => {
  const config = parseConfig(
    source({ corsOrigins: "https://app.test, https://b.test:8443", egressAllowCidrs: "10.1.0.0/16,::1" }),
  );
  expect([config.corsOrigins, config.egressAllowCidrs]).toEqual([
    ["https://app.test", "https://b.test:8443"],
    ["10.1.0.0/16", "::1"],
  ]);
  for (const corsOrigins of ["*", "https://*.test", "https://app.test/", "app.test", "null"])
    expect(problems(source({ corsOrigins }))).toEqual([expect.stringMatching(/^corsOrigins: must be exact/)]);
  for (const egressAllowCidrs of ["0.0.0.0/0", "host", "10.0.0.0/33"])
    expect(problems(source({ egressAllowCidrs }))).toEqual([
      expect.stringMatching(/^egressAllowCidrs: must be addresses/),
    ]);
});

it("names the file that can't be read", () => {
  expect(problems(source({ imageLock: "/nowhere/lock.json" })).join()).toContain("/nowhere/lock.json");
  expect(problems(source({ caCertificateFile: "/nowhere/ca.crt" })).join()).toContain("/nowhere/ca.crt");
});

describe("production", () => {
  const prod = { environment: "prod", vaultInitFile: undefined, zitadelStandinTag: undefined };

  it("needs a full git SHA as image tag", () => {
    expect(problems(source(prod))).toEqual([]);
    for (const imageTag of ["latest", "0".repeat(39), `${"0".repeat(40)}-dirty-${"0".repeat(12)}`]) {
      expect(problems(source({ ...prod, imageTag }))).toEqual([
        expect.stringMatching(/^imageTag: must be a full git SHA/),
      ]);
    }
  });

  it("keeps no Vault key in a file", () => {
    expect(problems(source({ ...prod, vaultInitFile: "init.json" }))).toEqual([
      expect.stringMatching(/^vaultInitFile: is for development only/),
    ]);
  });

  it("reaches connectors by https only", () => {
    expect(problems(source({ ...prod, httpConnectors: "true" }))).toEqual([
      expect.stringMatching(/^httpConnectors: is for development only/),
    ]);
  });

  it("runs Zitadel itself, never its stand-in", () => {
    expect(problems(source({ ...prod, zitadelStandinTag: "0".repeat(40) }))).toEqual([
      expect.stringMatching(/^zitadelStandinTag: the stand-in is for development only/),
    ]);
    const images = { ...lock.images, zitadel: undefined };
    const without = file("without.json", JSON.stringify({ ...lock, images }));
    expect(problems(source({ ...prod, imageLock: without }))).toEqual([
      `imageLock: ${without} has no image of Zitadel; use images.lock.json`,
    ]);
  });

  it("has no default for any secret", () => {
    const withoutSecrets = Object.fromEntries(Object.keys(secrets).map((key) => [key, undefined]));
    expect(problems(source({ ...prod, ...withoutSecrets }))).toHaveLength(Object.keys(secrets).length);
  });
});

it("knows exactly the keys that Pulumi.yaml declares", () => {
  const project = parse(readFileSync(join(__dirname, "../../Pulumi.yaml"), "utf8")) as { config: object };
  expect(Object.keys(project.config)).toEqual(Object.keys(settings));
});

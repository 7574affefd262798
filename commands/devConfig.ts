import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { CommandError } from "./commandError";
import { readConfigFile, writeConfigFile, type ConfigValue } from "./configFile";
import { createDevCertificates, renewalReason, tlsServers } from "./devCertificates";
import { pulumiOrFail, type PulumiState } from "./pulumi";
import { releaseConfig } from "./releases";
import { createState, root, type State } from "./state";
import { ownImageTag } from "../images/ownImages";
import type { Release } from "../images/release";

const random = () => randomBytes(36).toString("base64url");

/** Secrets of the dev stack: each random, made once a checkout, known to nobody and kept encrypted only. */
const generatedSecrets = {
  vaultJwtSecret: random,
  oauthJwtSecret: random,
  postgresPassword: random,
  postgresMigratorPassword: random,
  postgresAppPassword: random,
  postgresAuditorPassword: random,
  postgresZitadelPassword: random,
  zitadelMasterKey: () => randomBytes(16).toString("hex"),
  zitadelAdminPassword: () => `Aa1!${randomBytes(18).toString("base64url")}`, // of all four kinds
  zitadelDeployerKey: () =>
    String(
      generateKeyPairSync("rsa", { modulusLength: 3072 }).privateKey.export({ type: "pkcs8", format: "pem" }),
    ),
};

/** Keys that a checkout generates; what else is plain, and neither committed nor in local.yaml, is a leftover. */
const generatedKeys: ReadonlySet<string> = new Set([
  "name",
  ...Object.keys(generatedSecrets),
  ...tlsServers.flatMap((server) => [`${server}Certificate`, `${server}PrivateKey`]),
]);

/** What the commands need to know of a stack's configuration before it runs. */
export interface DevConfig {
  readonly name: string;
  /** Each published port, with the address it is published on. */
  readonly ports: readonly { readonly key: string; readonly address: string; readonly port: number }[];
}

/**
 * Brings the state directory to where Pulumi can run: passphrase, stack, secrets, certificates, and the
 * configuration merged from the committed Pulumi.dev.yaml, this machine's local.yaml, and what was generated.
 *
 * @param release what runs of our own image, and in which slot
 * @param say tells what is being done where it takes more than a moment
 */
export async function prepareDevConfig(
  state: State,
  release: Release,
  say: (text: string) => void,
): Promise<DevConfig> {
  createState(state);
  if (!existsSync(state.checkpointFile)) await initialiseStack(state);

  const committed = readConfigFile(join(root, `Pulumi.${state.stack}.yaml`)).config;
  const { encryptionsalt, config: previous } = readConfigFile(state.configFile);
  const plain = { ...committed, ...readLocalConfig(state) };
  const kept = Object.entries(previous).filter(
    ([key, value]) => (generatedKeys.has(key) || typeof value === "object") && !(key in plain),
  );
  const config: Record<string, ConfigValue> = {
    ...Object.fromEntries(kept),
    publicUrl: `https://localhost:${plain["edgeHttpsPort"] as string}`,
    authUrl: `https://auth.localhost:${plain["edgeHttpsPort"] as string}`,
    ...plain,
    ...releaseConfig(release),
    zitadelStandinTag: await ownImageTag("zitadel-standin"),
    imageLock: state.imageLockFile,
    vaultInitFile: state.vaultInitFile,
    caCertificateFile: state.caFile,
  };
  config["name"] ??= `apexmcp-${randomBytes(3).toString("hex")}`;

  const secrets: Record<string, string> = {};
  for (const [key, generate] of Object.entries(generatedSecrets)) {
    if (config[key] === undefined) secrets[key] = generate();
  }
  const text = (key: string) => (typeof config[key] === "string" ? config[key] : undefined);
  const ca = existsSync(state.caFile) ? readFileSync(state.caFile, "utf8") : undefined;
  const certificates = {
    vault: text("vaultCertificate"),
    postgres: text("postgresCertificate"),
    broker: text("brokerCertificate"),
    zitadel: text("zitadelCertificate"),
    edge: text("edgeCertificate"),
  };
  const edgeAddress = text("edgeAddress") ?? "127.0.0.1";
  const authHost = new URL(config["authUrl"] as string).hostname;
  const publicHost = new URL(config["publicUrl"] as string).hostname;
  const reason =
    renewalReason(ca, certificates, edgeAddress, authHost, publicHost) ??
    (tlsServers.some((server) => config[`${server}PrivateKey`] === undefined)
      ? "a private key is missing"
      : undefined);
  if (reason !== undefined) {
    say(`Signing the certificates of ${tlsServers.join(", ")} (${reason})`);
    const made = await createDevCertificates(config["name"] as string, edgeAddress, authHost, publicHost);
    for (const server of tlsServers) {
      config[`${server}Certificate`] = made.servers[server].certificate;
      secrets[`${server}PrivateKey`] = made.servers[server].privateKey;
      delete config[`${server}PrivateKey`];
    }
    writeFileSync(state.caFile, made.ca, { mode: 0o644 });
  }
  writeConfigFile(state.configFile, { ...(encryptionsalt ? { encryptionsalt } : {}), config });
  await storeSecrets(state, secrets, say);
  return readDevConfig(state);
}

/**
 * `pulumi stack init` writes the salt into Pulumi.dev.yaml beside the Pulumi.yaml it finds, whatever config file it
 * is told to use. So it finds one in the state directory, and leaves the committed file alone.
 */
export async function initialiseStack(
  state: PulumiState & { readonly directory: string },
  project = "apexmcp",
): Promise<void> {
  const file = join(state.directory, "Pulumi.yaml");
  writeFileSync(file, `name: ${project}\nruntime: nodejs\n`);
  try {
    await pulumiOrFail(state, ["stack", "init", state.stack, `--cwd=${state.directory}`]);
  } finally {
    rmSync(file);
  }
}

/** What was configured last; for commands that change nothing. */
export function readDevConfig(state: State): DevConfig {
  const { config } = readConfigFile(state.configFile);
  const { name } = config;
  if (typeof name !== "string") {
    throw new CommandError(`there is no deployment in ${state.directory}`, "deploy one: make up");
  }
  const text = (key: string) => (typeof config[key] === "string" ? config[key] : undefined);
  const port = (key: string, address = "127.0.0.1") => {
    const value = text(key);
    return value === undefined ? [] : [{ key, address, port: Number(value) }];
  };
  return {
    name,
    ports: [
      ...port("edgeHttpsPort", text("edgeAddress")),
      ...port("edgeHttpPort", text("edgeAddress")),
      ...port("vaultPort"),
      ...port("postgresPort"),
      ...port("zitadelPort"),
    ],
  };
}

/** This machine's own values, which go over the committed ones: `key: value` lines. */
export function readLocalConfig(state: State): Record<string, string> {
  if (!existsSync(state.localConfigFile)) return {};
  const local = parse(readFileSync(state.localConfigFile, "utf8")) as unknown;
  if (local === null) return {};
  if (typeof local !== "object" || Array.isArray(local)) {
    throw new CommandError(
      `${state.localConfigFile} is not a list of "key: value" lines`,
      "correct it, or delete it",
    );
  }
  return Object.fromEntries(Object.entries(local).map(([key, value]) => [key, String(value)]));
}

/** Secrets go to Pulumi through its standard input, one by one: an argument would show in the process list. */
async function storeSecrets(
  state: State,
  secrets: Readonly<Record<string, string>>,
  say: (text: string) => void,
) {
  const all = Object.entries(secrets);
  if (all.length > 0) say(`Generating ${all.length} secrets, kept encrypted in ${state.configFile}`);
  for (const [key, value] of all)
    await pulumiOrFail(state, ["config", "set", "--secret", `apexmcp:${key}`], value);
}

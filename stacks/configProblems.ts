import { pairProblems } from "../provider/edge/certificatePair";
import { gitSha, howToSet, settings, workingCopyTag, type Key, type Raw, type Setting } from "./settings";

/** What a configuration is read from, apart from Pulumi so that it can be tried without an engine. */
export interface ConfigSource {
  /** Values of this project's keys, without the project's prefix. */
  config: Readonly<Record<string, string>>;
  secretKeys: ReadonlySet<string>;
  env: Readonly<Record<string, string | undefined>>;
  stack: string;
}

/** The key of a value, or that of its file and the file itself. */
export function whence(key: Key, { config }: ConfigSource): string {
  const { file } = settings[key] as Setting;
  return file !== undefined && config[file] ? `${file}: ${config[file]}` : key;
}

/** What would make clients refuse a server, known before anything is deployed. */
export function certificateProblems(
  raw: Partial<Raw>,
  caCertificate: string,
  source: ConfigSource,
): string[] {
  const host = (url: string | undefined) => (url === undefined ? [] : [new URL(url).hostname]);
  const names = {
    vault: ["vault", "127.0.0.1"],
    postgres: ["postgres", "127.0.0.1"],
    broker: ["broker"],
    zitadel: [...host(raw.authUrl), "127.0.0.1"],
    edge: [...host(raw.publicUrl), ...host(raw.authUrl)],
  };
  return (Object.keys(names) as (keyof typeof names)[]).flatMap((server) => {
    const { [`${server}Certificate` as const]: certificate, [`${server}PrivateKey` as const]: privateKey } =
      raw;
    if (certificate === undefined || privateKey === undefined) return [];
    const use = { names: names[server], caCertificate, publicly: server === "edge" };
    return pairProblems({ certificate, privateKey }, use).map(
      ({ half, problem }) =>
        `${whence(half === "certificate" ? `${server}Certificate` : `${server}PrivateKey`, source)}: ${problem}`,
    );
  });
}

/** The tunnel to Zitadel's API: all of them, or none. */
const zitadelSshKeys = [
  "zitadelSshHost",
  "zitadelSshPort",
  "zitadelSshUser",
  "zitadelSshPrivateKey",
  "zitadelSshHostKey",
] as const;

/** Rules that need more than one key: what each environment demands, and that no secret serves twice. */
export function acrossKeys(raw: Partial<Raw>): string[] {
  const problems: string[] = [];
  const prod = raw.environment === "prod";
  if (raw.imageTag !== undefined && !(prod ? gitSha : workingCopyTag).test(raw.imageTag)) {
    problems.push("imageTag: must be a full git SHA of 40 hex digits; set IMAGE_TAG=$(git rev-parse HEAD)");
  }
  if (prod && raw.vaultInitFile !== undefined) {
    problems.push("vaultInitFile: is for development only; remove it and run the ceremony: make vault-init");
  }
  if (raw.environment === "dev" && raw.vaultInitFile === undefined) {
    problems.push(
      "vaultInitFile: missing; set the file that keeps the dev Vault's key: pulumi config set vaultInitFile .state/vault-init.json",
    );
  }
  const [own, identity] = [raw.publicUrl, raw.authUrl].map((url) => url && URL.parse(url)?.hostname);
  if (own !== undefined && own === identity) {
    problems.push(
      "authUrl: has the host of publicUrl; give the identity provider a host of its own: pulumi config set authUrl",
    );
  }
  if (prod && raw.httpConnectors === "true") {
    problems.push("httpConnectors: is for development only; remove it: pulumi config rm httpConnectors");
  }
  if (prod && raw.zitadelStandinTag !== undefined) {
    problems.push(
      "zitadelStandinTag: the stand-in is for development only; remove it: pulumi config rm zitadelStandinTag",
    );
  }
  const ssh = zitadelSshKeys.filter((key) => raw[key] !== undefined);
  if (ssh.length > 0) {
    for (const key of zitadelSshKeys.filter((it) => raw[it] === undefined))
      problems.push(`${key}: missing beside ${ssh.join(", ")}; ${howToSet(key, settings[key])}`);
  }
  const seen = new Map<string, string>();
  for (const [key, setting] of Object.entries(settings) as [Key, Setting][]) {
    const value = raw[key];
    if (!setting.secret || typeof value !== "string") continue;
    const other = seen.get(value);
    if (other !== undefined)
      problems.push(`${key}: has the same value as ${other}; give each secret a value of its own`);
    seen.set(value, key);
  }
  return problems;
}

/**
 * Writes pulumi-resource-<name>/mapping.json: how the built plugin's Terraform types and fields are called by the npm
 * SDK package. Run it after a change of an SDK's or an upstream provider's version, with the plugins built:
 *
 *   node -r ts-node/register toolchain/mapping.ts
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { readSdk, type SdkFields, type SdkType } from "./sdkTypes";
import { plugins, pluginPath } from "./parts";

/** What a plugin prints for `-schema`: Terraform names to what the bridge makes of them by itself. */
interface UpstreamField {
  readonly name: string;
  readonly list?: boolean;
  readonly one?: boolean;
  readonly input?: boolean;
  readonly fields?: UpstreamFields;
}
type UpstreamFields = { [terraformName: string]: UpstreamField };
export interface Upstream {
  readonly config: UpstreamFields;
  readonly resources: { [terraformName: string]: UpstreamFields };
  readonly dataSources: { [terraformName: string]: UpstreamFields };
}

interface MappedField {
  name?: string;
  maxItemsOne?: boolean;
  fields?: MappedFields;
}
type MappedFields = { [terraformName: string]: MappedField };

/** Types whose Pulumi name can't be derived from the Terraform one. */
const renamedResources: { [terraformName: string]: string } = {
  docker_config: "docker:index/serviceConfig:ServiceConfig",
  docker_image: "docker:index/remoteImage:RemoteImage",
  vault_azure_secret_backend: "vault:azure/backend:Backend",
  vault_azure_secret_backend_role: "vault:azure/backendRole:BackendRole",
};
const renamedFunctions: { [terraformName: string]: string } = {
  docker_image: "docker:index/getRemoteImage:getRemoteImage",
  github_app: "github:index/getGithubApp:getGithubApp",
};

/** Replaced before its successor exists, since both would hold the same name, ports and addresses. */
const deleteBeforeReplace = new Set(["docker:index/container:Container"]);

interface MappedType {
  readonly token: string;
  readonly deleteBeforeReplace?: boolean;
  readonly fields?: MappedFields;
}

export interface Mapping {
  readonly version: string;
  readonly config: MappedFields;
  readonly resources: { [terraformName: string]: MappedType };
  readonly dataSources: { [terraformName: string]: MappedType };
}

/** The mapping, and the SDK's tokens and fields that the upstream provider has no counterpart for. */
export function mapProvider(
  name: string,
  upstream: Upstream,
  sdkFolder: string,
): { mapping: Mapping; missing: string[] } {
  const sdk = readSdk(sdkFolder);
  const missing: string[] = [];
  const types = (
    terraform: { [name: string]: UpstreamFields },
    sdkTypes: SdkType[],
    renamed: { [name: string]: string },
  ) => {
    const mapped: { [terraformName: string]: MappedType } = {};
    for (const type of sdkTypes) {
      const terraformName = Object.keys(terraform).find((candidate) =>
        renamed[candidate] ? renamed[candidate] === type.token : spells(candidate, type.token, name),
      );
      const fields = terraformName && terraform[terraformName];
      if (!terraformName || !fields) {
        missing.push(type.token);
        continue;
      }
      if (mapped[terraformName])
        throw new Error(`${mapped[terraformName].token} and ${type.token} both match ${terraformName}`);
      const differences = mapFields(fields, type.fields, type.token, missing);
      mapped[terraformName] = {
        token: type.token,
        ...(deleteBeforeReplace.has(type.token) && { deleteBeforeReplace: true }),
        ...(Object.keys(differences).length > 0 && { fields: differences }),
      };
    }
    return Object.fromEntries(Object.entries(mapped).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  const mapping: Mapping = {
    version: sdk.version,
    config: mapFields(upstream.config, sdk.config, `${name} provider`, missing),
    resources: types(upstream.resources, sdk.resources, renamedResources),
    dataSources: types(upstream.dataSources, sdk.functions, renamedFunctions),
  };
  return { mapping, missing };
}

/**
 * Whether a Terraform name is the spelling of a token: vault_approle_auth_backend_role is
 * vault:appRole/authBackendRole:AuthBackendRole, and vault_pki_secret_backend_role is
 * vault:pkiSecret/secretBackendRole:SecretBackendRole, where module and name overlap.
 */
function spells(terraformName: string, token: string, provider: string): boolean {
  const plain = terraformName.slice(provider.length + 1).replaceAll("_", "");
  const [, place = "", member = ""] = token.split(":");
  const module = place.split("/")[0]?.toLowerCase() ?? "";
  const name = member.replace(/^get/, "").toLowerCase();
  if (module === "index" ? plain === name : plain === module + name) return true;
  if (module === "index") return false;
  for (let overlap = 1; overlap <= Math.min(module.length, name.length); overlap++) {
    if (module.endsWith(name.slice(0, overlap)) && plain === module + name.slice(overlap)) return true;
  }
  return false;
}

function mapFields(upstream: UpstreamFields, sdk: SdkFields, where: string, missing: string[]): MappedFields {
  const mapped: MappedFields = {};
  const found = new Set<string>(["id", "urn"]);
  for (const [terraformName, field] of Object.entries(upstream)) {
    const name = [field.name, camel(terraformName), singular(field.name), plural(field.name)].find(
      (guess) => sdk[guess],
    );
    const typed = name && sdk[name];
    if (!name || !typed) continue;
    found.add(name);
    const difference: MappedField = {};
    if (field.list && typed.list !== !field.one) difference.maxItemsOne = !typed.list;
    if (name !== field.name || difference.maxItemsOne !== undefined) difference.name = name;
    if (field.fields && typed.fields) {
      const inner = mapFields(field.fields, typed.fields, `${where} ${name}`, missing);
      if (Object.keys(inner).length > 0) difference.fields = inner;
    }
    if (Object.keys(difference).length > 0) mapped[terraformName] = difference;
  }
  for (const name of Object.keys(sdk)) if (!found.has(name)) missing.push(`${where} ${name}`);
  return mapped;
}

const camel = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
const singular = (name: string) => name.replace(/ies$/, "y").replace(/s$/, "");
const plural = (name: string) => (name.endsWith("y") ? `${name.slice(0, -1)}ies` : `${name}s`);

if (require.main === module) {
  for (const { name, version } of plugins) {
    const upstream = JSON.parse(
      execFileSync(pluginPath({ name, version }), ["-schema"], { encoding: "utf8", maxBuffer: 1 << 26 }),
    ) as Upstream;
    const folder = path.dirname(require.resolve(`@pulumi/${name}/package.json`));
    const { mapping, missing } = mapProvider(name, upstream, folder);
    writeFileSync(
      path.join(__dirname, `pulumi-resource-${name}`, "mapping.json"),
      `${JSON.stringify(mapping, null, 2)}\n`,
    );
    const counts = `${Object.keys(mapping.resources).length} resources, ${Object.keys(mapping.dataSources).length} functions`;
    console.log(
      `${name}: ${counts}; ${missing.length} types or fields of the SDK have no counterpart upstream:`,
    );
    for (const one of missing) console.log(`  ${one}`);
  }
}

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";

/** A program that a deploy needs. Where it can't be downloaded, it is built from a Go module in this folder. */
export interface Part {
  readonly title: string;
  readonly version: string;
  /** Where it belongs: for the CLI and the plugins, where the official ones are, so that nothing else differs. */
  readonly path: string;
  /** Folder of the Go module, relative to this one. */
  readonly module: string;
  /** Go package in the module, or in what it requires. */
  readonly package: string;
  /** Folders and files, relative to this one, that it is made from. */
  readonly sources: readonly string[];
  readonly tags?: string;
}

/** The Pulumi plugins at the versions of their npm packages. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
}

const pulumiHome = process.env["PULUMI_HOME"] || path.join(homedir(), ".pulumi");
const cacheHome = process.env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache");

/** Where builds happen, and where the log of a failed one stays. */
export const buildFolder = path.join(cacheHome, "apexmcp", "build");

const npmVersion = (name: string): string => {
  const manifest = readFileSync(require.resolve(`${name}/package.json`), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
};

export const pulumiVersion = npmVersion("pulumi");
export const plugins: readonly Plugin[] = ["docker", "vault", "postgresql", "github"].map((name) => ({
  name,
  version: npmVersion(`@pulumi/${name}`),
}));

export const pluginPath = ({ name, version }: Plugin): string =>
  path.join(pulumiHome, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`);

const bin = (name: string) => path.join(pulumiHome, "versions", pulumiVersion, "bin", name);
const modules = ["go.mod", "go.sum"];

export const cli: Part = {
  title: "Pulumi CLI",
  version: pulumiVersion,
  path: bin("pulumi"),
  module: ".",
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  sources: modules,
};

/** The official download of the CLI brings its language host along, in one file. */
export const languageHost: Part = {
  title: "Node.js language host",
  version: pulumiVersion,
  path: bin("pulumi-language-nodejs"),
  module: ".",
  package: "./pulumi-language-nodejs",
  sources: [...modules, "pulumi-language-nodejs"],
};

/** Runs programs for the built language host; no part of an official install. */
export const programHost: Part = {
  title: "Node.js program host",
  version: "3.65.0",
  path: bin("pulumi-language-nodejs-program"),
  module: "program-host",
  package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  sources: ["program-host"],
};

export const pluginParts: readonly Part[] = plugins.map((plugin) => ({
  title: `${plugin.name} plugin`,
  version: plugin.version,
  path: pluginPath(plugin),
  module: ".",
  package: `./pulumi-resource-${plugin.name}`,
  sources: [...modules, "bridge", `pulumi-resource-${plugin.name}`],
}));

/** Goes into the baked Vault image; a machine that can pull Vault's image has no use for it. */
export const vaultServer: Part = {
  title: "Vault server",
  version: "1.21.0",
  path: path.join(cacheHome, "apexmcp", "vault-1.21.0", "vault"),
  module: "vault-server",
  package: ".",
  sources: ["vault-server"],
  tags: "minimal",
};

/**
 * Makes sure that the Pulumi CLI with its language host and the plugins are in place: the official ones where they
 * can be downloaded, else built from the Go modules here.
 *
 *   node -r ts-node/register toolchain/install.ts                  CLI, language host, plugins
 *   node -r ts-node/register toolchain/install.ts --vault-server   the Vault server too
 */
import { withMachineLock } from "../images/machineLock";
import { build } from "./build";
import { InstallError } from "./installError";
import { installOfficial, officialReachable } from "./official";
import { cli, languageHost, pluginParts, programHost, vaultServer, type Part } from "./parts";
import { partState } from "./stamp";

const missing = (parts: readonly Part[]) =>
  parts.filter((part) => ["missing", "stale"].includes(partState(part)));

/** The program host is needed by our language host only. */
const needed = (): Part[] => {
  const official = partState(languageHost) === "official" && partState(cli) === "official";
  return [cli, languageHost, ...(official ? [] : [programHost]), ...pluginParts];
};

/** Installs the Pulumi CLI, its Node.js language host and the plugins where they are missing or out of date. */
export async function ensurePulumi(reachable: () => Promise<boolean> = officialReachable): Promise<void> {
  if (missing(needed()).length === 0) return;
  await withMachineLock("apexmcp-toolchain", "another checkout installs the toolchain", async () => {
    const wanted = missing(needed());
    if (wanted.length === 0) return;
    if (await reachable()) await installOfficial(wanted.filter((part) => part !== programHost));
    else console.error("Pulumi's downloads can't be reached from here, so it is built from its Go modules");
    await build(missing(needed()));
  });
}

/** @returns the path of the Vault server's binary, built first where it is missing or out of date. */
export async function ensureVaultServer(): Promise<string> {
  if (missing([vaultServer]).length > 0) {
    await withMachineLock("apexmcp-vault-server", "another checkout builds the Vault server", () =>
      build(missing([vaultServer])),
    );
  }
  return vaultServer.path;
}

async function main(): Promise<void> {
  try {
    await ensurePulumi();
    if (process.argv.includes("--vault-server")) await ensureVaultServer();
  } catch (error) {
    if (!(error instanceof InstallError)) throw error;
    console.error(`Fix: ${error.fix}\nWhy: ${error.message}`);
    process.exitCode = 1;
  }
}

if (require.main === module) void main();

import { cli, languageHost, pluginParts, programHost, vaultServer, type Part } from "./parts";
import { partState } from "./stamp";

/** What is installed of one part of the toolchain. */
export interface ToolchainEntry {
  readonly name: string;
  readonly version: string;
  /** `official` was downloaded, `built` was built here from its Go module. */
  readonly source: "official" | "built" | "none";
  readonly path: string;
  readonly ok: boolean;
  /** How to make it ok. */
  readonly fix?: string;
}

/** Lists the toolchain's parts. The program host and the Vault server are listed only where something needs them. */
export function toolchainReport(): ToolchainEntry[] {
  const parts = [cli, languageHost, programHost, ...pluginParts, vaultServer];
  const optional = new Set<Part>([
    vaultServer,
    ...(partState(languageHost) === "built" ? [] : [programHost]),
  ]);
  return parts.filter((part) => !optional.has(part) || partState(part) !== "missing").map(entry);
}

function entry(part: Part): ToolchainEntry {
  const state = partState(part);
  const ok = state === "official" || state === "built";
  return {
    name: part.title,
    version: part.version,
    source: state === "official" ? "official" : state === "missing" ? "none" : "built",
    path: part.path,
    ok,
    ...(!ok && {
      fix: `node -r ts-node/register toolchain/install.ts${part === vaultServer ? " --vault-server" : ""} (make up does it)`,
    }),
  };
}

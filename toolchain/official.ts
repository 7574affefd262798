import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { cli, languageHost, pluginParts, plugins, type Part } from "./parts";
import { partState } from "./stamp";

const probeTimeoutMs = 3_000;
const downloadTimeoutMs = 300_000;

/** Whether the host that the npm package `pulumi` and `pulumi plugin install` download from answers. */
export async function officialReachable(
  url = "https://get.pulumi.com/install.sh",
  timeoutMs = probeTimeoutMs,
): Promise<boolean> {
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(timeoutMs) });
    return response.ok;
  } catch {
    return false;
  }
}

/** Downloads the official parts, each with its own client. @returns those that could not be had. */
export async function installOfficial(wanted: readonly Part[]): Promise<Part[]> {
  const failed: Part[] = [];
  const attempt = async (part: Part, file: string, args: string[]) => {
    console.error(`Downloading the official ${part.title} ${part.version}`);
    const env = {
      ...process.env,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PATH: `${path.dirname(cli.path)}:${process.env["PATH"]}`,
    };
    try {
      await promisify(execFile)(file, args, { env, timeout: downloadTimeoutMs });
    } catch (error) {
      console.error(`That failed: ${(error as Error).message}`);
    }
    if (partState(part) === "missing") failed.push(part);
  };
  if (wanted.includes(cli))
    await attempt(cli, process.execPath, [require.resolve("pulumi/run.js"), "version"]);
  if (partState(cli) === "missing") return [...wanted];
  if (wanted.includes(languageHost) && partState(languageHost) === "missing") failed.push(languageHost);
  for (const [index, part] of pluginParts.entries()) {
    const plugin = plugins[index];
    if (plugin && wanted.includes(part))
      await attempt(part, cli.path, ["plugin", "install", "resource", plugin.name, plugin.version]);
  }
  return failed;
}

import { readFileSync } from "node:fs";

import { imageReference, readImageLock } from "../images/imageLock";
import { fingerprintOf, pairProblems } from "../provider/edge/certificatePair";
import { installCertificate } from "../provider/edge/installCertificate";
import { settings } from "../stacks/settings";
import { main } from "./command";
import { CommandError } from "./commandError";
import { readConfigFile } from "./configFile";
import { withDeploymentLock } from "./deploymentLock";
import { requireDocker } from "./docker";
import type { State } from "./state";

void main({
  name: "certificate",
  summary: "checks the edge's certificate files and has the running edge serve them; an ACME client's hook",
  run: async ({ state }) => {
    await requireDocker();
    await withDeploymentLock(state, () => renew(state));
  },
});

/** As the next deployment would, which then finds nothing to change. */
async function renew(state: State): Promise<void> {
  const { config } = readConfigFile(state.configFile);
  const text = (key: string, env?: string): string => {
    const value = config[key] ?? (env === undefined ? undefined : process.env[env]);
    if (typeof value === "string") return value;
    throw new CommandError(
      `${key} isn't set for the deployment in ${state.directory}`,
      `name it in ${state.localConfigFile}, and deploy`,
    );
  };
  const files = { certificate: text("edgeCertificateFile"), privateKey: text("edgePrivateKeyFile") };
  const pair = { certificate: read(files.certificate), privateKey: read(files.privateKey) };
  const caCertificate = read(text("caCertificateFile", settings.caCertificateFile.env));
  const names = [text("publicUrl"), text("authUrl")].map((url) => new URL(url).hostname);

  const problems = problemsOf(() => pairProblems(pair, { names, caCertificate, publicly: true }), files);
  if (problems.length > 0)
    throw new CommandError(
      problems.join("; "),
      "put a good pair there, and run this again; the edge serves the old one",
    );
  const name = text("name");
  const served = await installCertificate({
    ...pair,
    caCertificate,
    volume: `${name}-edge-certificate`,
    image: imageReference(readImageLock(text("imageLock")).images.nginx),
    container: `${name}-edge`,
    address: text("edgeAddress"),
    port: Number(text("edgeHttpsPort")),
    serverName: names[0]!,
  }).catch((error: Error) => {
    throw new CommandError(error.message, "solve what is named below, then run this again");
  });
  console.log(
    `${served ? "The edge serves" : "The edge doesn't run; it will serve"} ${files.certificate}, SHA-256 ${fingerprintOf(pair.certificate)}`,
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new CommandError((error as Error).message, "have the ACME client write it, readable by this user");
  }
}

function problemsOf(
  check: () => ReturnType<typeof pairProblems>,
  files: Record<"certificate" | "privateKey", string>,
) {
  try {
    return check().map(({ half, problem }) => `${files[half]}: ${problem}`);
  } catch {
    return [`${files.certificate} or ${files.privateKey} is not PEM`];
  }
}

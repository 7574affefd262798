import Table from "cli-table3";

import { main } from "./command";
import { CommandError } from "./commandError";
import { withDeploymentLock } from "./deploymentLock";
import { prepareDevConfig } from "./devConfig";
import { requireDocker, stackContainers } from "./docker";
import { preflight } from "./preflight";
import { proveStack } from "./proveStack";
import { pulumiUp } from "./pulumiUp";
import { localRelease } from "./releases";
import { repair } from "./repair";
import { root, type State } from "./state";
import { buildOwnImage, type OwnImage } from "../images/ownImages";
import { reportSummary } from "../probes/report";
import { dockerOrThrow } from "../probes/docker";
import { containerOf, services, type Target } from "../probes/target";

void main({
  name: "up",
  summary: "deploys the dev stack on this machine's Docker engine, and proves it",
  run: ({ state }) => withDeploymentLock(state, () => up(state)),
});

async function up(state: State): Promise<number> {
  if (state.stack !== "dev") {
    throw new CommandError(
      `make up deploys the dev stack, and APEXMCP_STACK is ${state.stack}`,
      "deploy that stack with make deploy, or unset APEXMCP_STACK",
    );
  }
  await requireDocker();
  const built = async (image: OwnImage) =>
    buildOwnImage(image, state.imageLockFile).catch((error: Error) => {
      throw new CommandError(error.message, "solve what is named below, then run this again");
    });
  const imageTag = await built("gateway");
  await built("zitadel-standin");
  const config = await prepareDevConfig(state, localRelease(state, imageTag), console.log);
  await preflight(state, config);
  await repair(state, config.name, console.log);
  await pulumiUp(state);
  const { target, results, code } = await proveStack(state, config.name, linkOrganisation);
  console.log(`\n${await summary(target)}\n${reportSummary(results)} (make verify lists them)`);
  console.log(howToTrust(state, target));
  console.log("To let an agent call a tool: docs/connect-an-agent.md");
  return code;
}

/** Gives the users of Zitadel's organisation an organisation of the gateway's, so that they can log in at once. */
async function linkOrganisation(target: Target): Promise<void> {
  const { name } = containerOf(target, "gateway");
  const link = ["node", "dist/cli.js", "link-organisation", "apexmcp", target.zitadel.organisationId];
  await dockerOrThrow(target.docker, ["exec", name, ...link]);
}

async function summary(target: Target): Promise<string> {
  const urls = {
    vault: target.vaultAddress,
    postgres: `postgresql://${target.postgres.host}:${target.postgres.port}/${target.postgres.database}`,
    broker: "behind the gateway",
    zitadel: target.authUrl,
    gateway: "behind the edge",
    edge: target.edgeUrl,
  };
  const containers = await stackContainers(target.name);
  const table = new Table({
    head: ["service", "container", "health", "URL"],
    style: { head: [], border: [], compact: true },
  });
  for (const service of services) {
    const name = target.containers.find((it) => it.service === service)?.name ?? "";
    const container = containers.find((it) => it.name === name);
    table.push([service, name, container?.health || (container?.state ?? "missing"), urls[service]]);
  }
  return table.toString();
}

function howToTrust(state: State, target: Target): string {
  const ca = state.caFile.startsWith(`${root}/`) ? state.caFile.slice(root.length + 1) : state.caFile;
  return [
    `The certificates are by a CA of this checkout, ${ca}; its key no longer exists. To trust it:`,
    `  once:    curl --cacert ${ca} ${target.edgeUrl}/healthz`,
    `  Debian:  sudo cp ${ca} /usr/local/share/ca-certificates/${target.name}.crt && sudo update-ca-certificates`,
    `  macOS:   sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${ca}`,
  ].join("\n");
}

import Table from "cli-table3";

import { main } from "./command";
import { CommandError } from "./commandError";
import { deploy } from "./deploy";
import { prepareDevConfig } from "./devConfig";
import { requireDocker, stackContainers } from "./docker";
import { liveTarget } from "./liveTarget";
import { preflight } from "./preflight";
import { repair } from "./repair";
import { root, type State } from "./state";
import { waitHealthy } from "./waitHealthy";
import { buildGatewayImage } from "../images/gatewayImage";
import { probes } from "../probes/all";
import { reportSummary, reportTable } from "../probes/report";
import { exitCode, runProbes } from "../probes/run";
import { services, type Target } from "../probes/target";

void main({
  name: "up",
  summary: "deploys the dev stack on this machine's Docker engine, and proves it",
  run: async ({ state }) => {
    await requireDocker();
    const imageTag = await buildGatewayImage(state.imageLockFile).catch((error: Error) => {
      throw new CommandError(error.message, "solve what is named below, then run this again");
    });
    const config = await prepareDevConfig(state, imageTag, console.log);
    await preflight(state, config);
    await repair(state, config.name, console.log);
    await deploy(state);
    await waitHealthy(config.name, console.log);

    const target = await liveTarget(state);
    const results = await runProbes(probes, target);
    const code = exitCode(results);
    if (code !== 0) console.log(`\n${reportTable(results)}`);
    console.log(`\n${await summary(target)}\n${reportSummary(results)} (make verify lists them)`);
    console.log(howToTrust(state, target));
    return code;
  },
});

async function summary(target: Target): Promise<string> {
  const urls = {
    vault: target.vaultAddress,
    postgres: `postgresql://${target.postgres.host}:${target.postgres.port}/${target.postgres.database}`,
    broker: "behind the gateway",
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

import { existsSync, rmSync } from "node:fs";
import { createInterface } from "node:readline/promises";

import { execa } from "execa";

import { main } from "./command";
import { readDevConfig } from "./devConfig";
import { docker, stackContainers, stackObjects } from "./docker";
import { root, type State } from "./state";

void main({
  name: "down",
  summary: "removes the dev stack; its data volumes stay unless you say otherwise",
  flags: {
    volumes: "deletes the data volumes too, without asking",
    all: "stops the Docker engine too, if make up started it",
  },
  run: async ({ state, flags, interactive }) => {
    if (existsSync(state.configFile)) {
      const { name } = readDevConfig(state);
      const volumes = await stackObjects("volume", name);
      const withData = flags["volumes"] || (interactive && volumes.length > 0 && (await agrees(volumes)));
      if (withData) await forget(state, name, volumes);
      else await keepData(name, volumes);
      const left = await stackContainers(name);
      if (left.length > 0) console.log(`Still there: ${left.map((it) => it.name).join(", ")}`);
    } else {
      console.log(`There is no deployment in ${state.directory}`);
    }
    if (flags["all"]) await execa("bash", ["toolchain/docker.sh", "stop"], { cwd: root, stdio: "inherit" });
  },
});

/**
 * The database, its roles and Vault's key live in the volumes, so Pulumi's record of them stays too: the next
 * `make up` finds containers and networks gone, and makes them again around the same data.
 */
async function keepData(name: string, volumes: readonly string[]): Promise<void> {
  await removeContainers(name);
  if (volumes.length === 0) return;
  console.log(`Kept ${volumes.join(", ")}; make up finds them again, make down ARGS=--volumes deletes them`);
}

async function removeContainers(name: string): Promise<void> {
  const containers = (await stackContainers(name)).map((it) => it.id);
  if (containers.length > 0) {
    await docker("stop", "-t30", ...containers);
    await docker("rm", "--volumes", ...containers);
  }
  const networks = await stackObjects("network", name);
  if (networks.length > 0) await docker("network", "rm", ...networks);
}

/**
 * Everything the deployment was: what Docker holds of it, and Pulumi's record, secrets and keys, which are of no use
 * without the data. Contacts nothing of the stack, so it works in whatever state that is.
 */
async function forget(state: State, name: string, volumes: readonly string[]): Promise<void> {
  await removeContainers(name);
  if (volumes.length > 0) await docker("volume", "rm", ...volumes);
  for (const path of [state.backendDirectory, state.configFile, state.passphraseFile, state.vaultInitFile]) {
    rmSync(path, { recursive: true, force: true });
  }
  console.log(`Deleted ${[...volumes, "the deployment's secrets and state"].join(", ")}`);
}

async function agrees(volumes: readonly string[]): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(
      `Delete the data volumes too (${volumes.join(", ")})? This can't be undone. [y/N] `,
    );
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

import { execa } from "execa";

import { main } from "./command";
import { CommandError } from "./commandError";
import { readDevConfig } from "./devConfig";
import { stackContainers } from "./docker";
import { inSlot, slots } from "../images/release";

void main({
  name: "gateway",
  summary: "runs a command of the gateway's in its container: agents, secrets, URLs; without one, lists them",
  rest: "COMMAND...   as in create-agent ORGANISATION NAME SCOPE...",
  run: async ({ state, rest }) => {
    const { name } = readDevConfig(state);
    const names = slots.map((slot) => `${name}-${inSlot("gateway", slot)}`);
    const running = (await stackContainers(name)).find(
      (container) => names.includes(container.name) && container.state === "running",
    );
    if (running === undefined)
      throw new CommandError("the gateway isn't running", "bring the stack up: make up");
    const command = ["exec", running.id, "node", "dist/cli.js", ...(rest.length > 0 ? rest : ["help"])];
    const { exitCode } = await execa("docker", command, { stdio: "inherit", reject: false });
    return exitCode ?? 1;
  },
});

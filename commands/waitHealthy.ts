import { setTimeout as sleep } from "node:timers/promises";

import { stackContainers } from "./docker";

const patienceSeconds = 60;

/**
 * Waits until every running container of a stack is healthy: a service that was unsealed or reconnected a moment
 * ago is so only after its next healthcheck. Gives up after a minute; what is wrong then, the probes say.
 */
export async function waitHealthy(stack: string, say: (text: string) => void): Promise<void> {
  for (let second = 0; second < patienceSeconds; second++) {
    const ill = (await stackContainers(stack)).filter(
      ({ state, health }) => state === "running" && health !== "healthy",
    );
    if (ill.length === 0) return;
    if (second % 10 === 0) say(`Waiting until healthy: ${ill.map(({ name }) => name).join(", ")}`);
    await sleep(1000);
  }
}

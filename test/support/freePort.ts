import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the ports that an operating system gives to outgoing connections: one of those may take a free port any time. */
const lowest = 20_000;
const aboveHighest = 32_768;

const given = new Set<number>();

/** A TCP port of 127.0.0.1 that nothing listens on, and that this process was not given before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, aboveHighest);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Runs `work` while no other process of this machine does work under the same name; waits, and says so, when one
 * does. The lock is a socket in Linux's abstract namespace: it can't be left behind by a process that dies.
 */
export async function withMachineLock<T>(name: string, other: string, work: () => Promise<T>): Promise<T> {
  const server = createServer();
  const listen = () =>
    new Promise<boolean>((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) =>
        error.code === "EADDRINUSE" ? resolve(false) : reject(error),
      );
      server.listen(`\0${name}`, () => resolve(true));
    });
  for (let waited = 0; !(await listen()); waited++) {
    if (waited % 15 === 0) console.error(`${other}: waiting for it … ${waited} s so far`);
    server.removeAllListeners();
    await sleep(1000);
  }
  try {
    return await work();
  } finally {
    server.close();
  }
}

import { createHash } from "node:crypto";
import { createServer } from "node:net";

import { CommandError } from "./commandError";
import type { State } from "./state";

/**
 * Runs `work` while nobody else deploys the same stack from the same state; stops at once when somebody does. The
 * lock is a socket in Linux's abstract namespace: a process that dies can't leave it behind.
 */
export async function withDeploymentLock<T>(state: State, work: () => Promise<T>): Promise<T> {
  const id = createHash("sha256").update(`${state.directory}\0${state.stack}`).digest("hex");
  const lock = createServer();
  await new Promise<void>((resolve, reject) => {
    lock.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new CommandError(
              `another deployment of ${state.directory} is under way`,
              "wait for it to end, then run this again",
            )
          : error,
      ),
    );
    lock.listen(`\0apexmcp-deployment-${id}`, resolve);
  });
  try {
    return await work();
  } finally {
    lock.close();
  }
}

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";

/**
 * Whether somebody listens on a TCP port of an address of this machine, found by trying to.
 *
 * @throws when the address isn't one of this machine's, or the port needs rights
 */
export function isPortInUse(address: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(true) : reject(error),
    );
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(false)));
  });
}

/**
 * Which process listens on a TCP port: `name (pid N)`. Undefined where /proc doesn't tell, as on other
 * systems than Linux, or for another user's process.
 */
export function portHolder(port: number): string | undefined {
  try {
    const inodes = new Set([
      ...listeningInodes("/proc/net/tcp", port),
      ...listeningInodes("/proc/net/tcp6", port),
    ]);
    for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
      if (ownsSocket(pid, inodes)) return `${readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (pid ${pid})`;
    }
  } catch {
    // No /proc: the message goes without a name.
  }
  return undefined;
}

/** Inodes of the sockets in state LISTEN (0A) on a port, from the kernel's table. */
function listeningInodes(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  return readFileSync(table, "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hexPort}`) && fields[3] === "0A")
    .map((fields) => fields[9] ?? "");
}

function ownsSocket(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch {
    return false; // ended meanwhile, or not ours to look at
  }
}

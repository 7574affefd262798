import { readdirSync, readFileSync } from "node:fs";

/** Ends a process and all that it started with SIGKILL, as a crash of the machine would. */
export function killTree(pid: number): void {
  const parents = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => [Number(entry), parentOf(entry)]);
  const tree = [pid];
  for (const parent of tree)
    tree.push(...parents.flatMap(([child, ppid]) => (ppid === parent ? [child!] : [])));
  for (const one of tree) {
    try {
      process.kill(one, "SIGKILL");
    } catch {
      // ended meanwhile
    }
  }
}

/** From /proc/<pid>/stat, `pid (name) state ppid …`; undefined when the process has ended meanwhile. */
function parentOf(pid: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").pop()?.split(" ")[1]);
  } catch {
    return undefined;
  }
}

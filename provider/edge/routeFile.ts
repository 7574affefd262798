import { docker } from "../docker";

/** Names of the two places in which a release of our own image runs: the next one takes the other. */
export const slots = ["a", "b"] as const;
export type Slot = (typeof slots)[number];

/** Where nginx looks. */
export const routeDirectory = "/run/route";
/** While it is there, requests go to slot b. To appear and to go are single steps: nginx never meets half of one. */
export const routeFile = "slot-b";

export interface Route {
  /** Docker's name of the volume that nginx mounts at {@link routeDirectory}. */
  readonly volume: string;
  /** nginx's image, of which a container is made that writes there: nginx itself can't. */
  readonly image: string;
  readonly slot: Slot;
}

/** From the next request on nginx asks that slot's gateway. @throws with Docker's own words */
export async function routeTo({ volume, image, slot }: Route): Promise<void> {
  const command = slot === "b" ? ["touch"] : ["rm", "-f"];
  await docker([
    ...["run", "--rm", "--network=none", "--read-only", "--cap-drop=ALL", "--user=0:0"],
    ...[`--volume=${volume}:${routeDirectory}`, `--entrypoint=${command[0]}`],
    ...[image, ...command.slice(1), `${routeDirectory}/${routeFile}`],
  ]);
}

/** The slot that a running nginx asks; undefined when it doesn't run, or has no such volume. */
export async function routedSlot(container: string): Promise<Slot | undefined> {
  try {
    const files = await docker(["exec", container, "ls", routeDirectory]);
    return files.split("\n").includes(routeFile) ? "b" : "a";
  } catch {
    return undefined;
  }
}

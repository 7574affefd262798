import { admitImage, publishImage, withImageRepository, withRegistryToken } from "../images/publish";
import { otherSlot, releaseImage, type Release, type Slot } from "../images/release";
import { routedSlot } from "../provider/edge/routeFile";
import { main } from "./command";
import { CommandError } from "./commandError";
import { withDeploymentLock } from "./deploymentLock";
import { readDevConfig } from "./devConfig";
import { requireDocker } from "./docker";
import { preflight } from "./preflight";
import { prepareConfig } from "./prodConfig";
import { proveStack } from "./proveStack";
import { pulumiUp } from "./pulumiUp";
import { configuredRelease, readLastGood, writeLastGood } from "./releases";
import { repair } from "./repair";
import type { State } from "./state";
import { reportSummary } from "../probes/report";

void main({
  name: "deploy",
  summary:
    "releases this commit, or the image that $IMAGE_TAG names, beside the running one, proves it, and goes back when that fails",
  run: ({ state }) => withDeploymentLock(state, () => deploy(state)),
});

async function deploy(state: State): Promise<void> {
  await requireDocker();
  const lastGood = readLastGood(state);
  const image = await releasedImage(state, lastGood);
  const release = { ...image, slot: await slotOf(state, image, lastGood) };
  say(`Releasing ${releaseImage(release)} in slot ${release.slot}`);
  try {
    await bringUp(state, release);
  } catch (error) {
    if (lastGood === undefined) throw error;
    await goBack(state, lastGood, error);
  }
  writeLastGood(state, release);
  say(`Released ${releaseImage(release)}`);
}

/** Builds or finds the image, and lets it in: nothing is deployed whose origin is in doubt. */
async function releasedImage(state: State, lastGood: Release | undefined) {
  const { env } = process;
  try {
    return await withRegistryToken(env, () =>
      withImageRepository(env, async (repository) => {
        const image = await publishImage(repository, env, state.imageLockFile);
        const seen =
          lastGood?.tag === image.tag && lastGood.repository === repository ? lastGood.digest : undefined;
        await admitImage(image, { ...env, IMAGE_DIGEST: env["IMAGE_DIGEST"] || seen });
        return image;
      }),
    );
  } catch (error) {
    throw new CommandError(
      (error as Error).message,
      "nothing was changed; solve what is named below, then run this again",
    );
  }
}

/** The slot that isn't served; the last good one's when its image stays, so that only what else changed changes. */
async function slotOf(
  state: State,
  image: Omit<Release, "slot">,
  lastGood: Release | undefined,
): Promise<Slot> {
  const last = lastGood ?? configuredRelease(state);
  if (last === undefined) return "a";
  if (releaseImage(last) === releaseImage(image)) return last.slot;
  // The edge knows better than any record of ours, which an interrupted deploy leaves behind.
  const served = await routedSlot(`${readDevConfig(state).name}-edge`);
  return otherSlot(served ?? last.slot);
}

async function bringUp(state: State, release: Release): Promise<void> {
  const config = await prepareConfig(state, release, say);
  await preflight(state, config);
  await repair(state, config.name, say);
  await pulumiUp(state);
  const { results, code } = await proveStack(state, config.name);
  say(reportSummary(results));
  if (code !== 0)
    throw new CommandError("the probes didn't pass on the new release", "see the table above", code);
}

/** @throws always: the deploy failed, whatever runs now */
async function goBack(state: State, lastGood: Release, cause: unknown): Promise<never> {
  const { problem, fix } =
    cause instanceof CommandError ? cause : { problem: (cause as Error).message, fix: "see the error" };
  say(`The release failed (${problem}): going back to ${releaseImage(lastGood)}`);
  try {
    await bringUp(state, lastGood);
  } catch (error) {
    throw new CommandError(
      `${problem}; and going back to ${lastGood.tag} failed too: ${(error as Error).message}`,
      `${fix}; then run this again`,
    );
  }
  throw new CommandError(`${problem}; the last good release, ${lastGood.tag}, is running`, fix);
}

const start = Date.now();

function say(text: string): void {
  console.log(`[${((Date.now() - start) / 1000).toFixed(0).padStart(3)} s] ${text}`);
}

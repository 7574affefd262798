import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

import { registryPort } from "./bakedImages";
import { docker, problem, repoDigests } from "./docker";
import { buildOwnImage, headCommit, ownImageTag } from "./ownImages";
import { withLocalRegistry } from "./localRegistry";
import { withMachineLock } from "./machineLock";
import { withProgress } from "./progress";
import { Repository } from "./registry";
import { unpushedRepository, type Release } from "./release";
import { signImage, signingKey, verifyImage, verifyingKey } from "./signature";

export type PublishedImage = Pick<Release, "repository" | "tag"> & { readonly digest: string };

/** How a release's image is named, found and trusted: the environment of a pipeline. */
export interface ImageEnvironment {
  /** Where it is pushed, as in ghcr.io/acme/apexmcp-gateway. Without it, a registry of this machine. */
  readonly IMAGE_REPOSITORY?: string | undefined;
  /** Full git SHA. Without it, that of the last commit that touched what the image is made from. */
  readonly IMAGE_TAG?: string | undefined;
  /** What the job that pushed the image saw; the tag must still lead to it. */
  readonly IMAGE_DIGEST?: string | undefined;
  /** PEM, P-256: signs what is pushed. */
  readonly IMAGE_SIGNING_KEY?: string | undefined;
  /** PEM: what is deployed must be signed with its private half. Default: that of IMAGE_SIGNING_KEY. */
  readonly IMAGE_PUBLIC_KEY?: string | undefined;
}

const fullSha = /^[0-9a-f]{40}$/;

/** On this registry, which serves while something is pushed to it or pulled from it. */
const machineRepository = `localhost:${registryPort}/${unpushedRepository}`;
const machineRegistryFolder = join(
  process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"),
  "apexmcp",
  "registry",
);

/** Runs `work` with the repository to use, and with a registry of this machine where none is configured. */
export async function withImageRepository<T>(
  env: ImageEnvironment,
  work: (repository: string) => Promise<T>,
): Promise<T> {
  if (env.IMAGE_REPOSITORY) return work(env.IMAGE_REPOSITORY);
  return withMachineLock("apexmcp-images", "the registry of this machine is in use", () =>
    withLocalRegistry(registryPort, machineRegistryFolder, () => work(machineRepository)),
  );
}

/** The release's tag. @throws when it is no commit's full SHA */
export async function releaseTag(env: ImageEnvironment): Promise<string> {
  const tag = env.IMAGE_TAG ?? (await ownImageTag("gateway"));
  if (fullSha.test(tag)) return tag;
  throw new Error(
    env.IMAGE_TAG === undefined
      ? "the gateway's files differ from their last commit, so no git SHA names them; commit them (git status shows them)"
      : `IMAGE_TAG is ${tag}; set it to a full git SHA of 40 hex digits: git rev-parse HEAD`,
  );
}

/**
 * Builds, pushes and signs the image of the checked-out commit, unless its tag is there. The tag comes last, so what
 * has it is whole and, where signing is set up, signed.
 *
 * @param lockFile this machine's image lock: it names the Node image to build on
 */
export async function publishImage(
  repository: string,
  env: ImageEnvironment,
  lockFile: string,
): Promise<PublishedImage> {
  const tag = await releaseTag(env);
  const remote = new Repository(repository);
  const there = await remote.digestOf(tag);
  if (there !== undefined) return { repository, tag, digest: there };

  const source = await releaseTag({});
  if (tag !== source && tag !== (await headCommit()))
    throw new Error(
      `${repository} has no image ${tag}, and another commit is checked out here; check that one out: git checkout ${tag}`,
    );
  const built = await buildOwnImage("gateway", lockFile);
  const pushed = `${repository}:unfinished-${tag}`;
  await docker(["tag", `${unpushedRepository}:${built}`, pushed]);
  await withProgress(`pushing ${repository}:${tag}`, () =>
    dockerOrReason(["push", "--quiet", pushed], pushed),
  );
  const [digest] = await repoDigests(pushed, repository);
  if (digest === undefined) throw new Error(`${pushed} was pushed, but the engine doesn't know its digest`);
  if (env.IMAGE_SIGNING_KEY) await signImage(repository, digest, signingKey(env.IMAGE_SIGNING_KEY));
  await remote.tag(digest, tag);
  return { repository, tag, digest };
}

/**
 * Lets an image in: its tag still leads to the digest that was seen, its signature is good where signing is set up,
 * and the engine has it by digest. @throws with the reason why not
 */
export async function admitImage(image: PublishedImage, env: ImageEnvironment): Promise<void> {
  const { repository, tag, digest } = image;
  if (env.IMAGE_DIGEST && env.IMAGE_DIGEST !== digest)
    throw new Error(
      `${repository}:${tag} has moved: it was ${env.IMAGE_DIGEST} and is ${digest}; find out who pushed it, and release a new commit`,
    );
  const key = env.IMAGE_PUBLIC_KEY || env.IMAGE_SIGNING_KEY;
  if (key) await verifyImage(repository, digest, verifyingKey(key));
  const reference = `${repository}@${digest}`;
  if ((await repoDigests(reference, repository)).includes(digest)) return;
  await withProgress(`pulling ${repository}:${tag}`, () =>
    dockerOrReason(["pull", "--quiet", reference], reference),
  );
}

async function dockerOrReason(args: string[], image: string): Promise<void> {
  try {
    await docker(args);
  } catch (error) {
    throw new Error(`docker ${args[0]} of ${image} failed: ${problem(error)}`, { cause: error });
  }
}

/**
 * Runs `work` with the registry's short-lived token of a pipeline as Docker's credentials, in a folder that goes when
 * it ends: nothing stays logged in.
 */
export async function withRegistryToken<T>(
  { REGISTRY_USER: user, REGISTRY_TOKEN: token, IMAGE_REPOSITORY: repository }: NodeJS.ProcessEnv,
  work: () => Promise<T>,
): Promise<T> {
  if (!user || !token || !repository) return work();
  const folder = mkdtempSync(join(tmpdir(), "apexmcp-docker-"));
  const before = process.env["DOCKER_CONFIG"];
  try {
    const auth = Buffer.from(`${user}:${token}`).toString("base64");
    const auths = { [repository.split("/")[0]!]: { auth } };
    writeFileSync(join(folder, "config.json"), JSON.stringify({ auths }), { mode: 0o600 });
    process.env["DOCKER_CONFIG"] = folder;
    return await work();
  } finally {
    if (before === undefined) delete process.env["DOCKER_CONFIG"];
    else process.env["DOCKER_CONFIG"] = before;
    rmSync(folder, { recursive: true });
  }
}

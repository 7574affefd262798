import { execa } from "execa";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stateIn } from "../commands/state";
import { buildImage, docker, problem } from "./docker";
import { imageReference, readImageLock } from "./imageLock";
import { withProgress } from "./progress";
import { unpushedRepository, zitadelStandinRepository } from "./release";
import { officialLockFile, previousSource, resolveImages } from "./resolve";

const checkout = join(__dirname, "..");

/** Folder of each image's Dockerfile and sources, from the checkout's root. */
const folders = { gateway: "apps/gateway", "zitadel-standin": "images/zitadel-standin" };
export type OwnImage = keyof typeof folders;

/** Without its tag. */
const repositories = { gateway: unpushedRepository, "zitadel-standin": zitadelStandinRepository };
const ownImageName = (image: OwnImage) => repositories[image];

/** What an image is made from, and the whole of its build context; paths from the checkout's root. */
const inputsOf = (image: OwnImage) => ["package.json", "package-lock.json", folders[image]];

async function git(directory: string, ...args: string[]): Promise<string> {
  try {
    return (await execa("git", args, { cwd: directory })).stdout;
  } catch (error) {
    throw new Error(`our own images are named for their git commits: ${problem(error)}`, { cause: error });
  }
}

async function inputFiles(image: OwnImage, directory: string): Promise<string[]> {
  const listed = await git(
    directory,
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
    "--",
    ...inputsOf(image),
  );
  return [...new Set(listed.split("\0"))].filter((file) => file && existsSync(join(directory, file))).sort();
}

/**
 * The tag of an image of our own as the checkout is now: the full SHA of the last commit that touched its inputs,
 * or `<sha>-dirty-<12 hex of a hash of the inputs>` where they differ from that. (A shallow clone's oldest commit
 * counts as touching everything.) Throws outside a git checkout.
 */
export async function ownImageTag(image: OwnImage, directory = checkout): Promise<string> {
  const inputs = inputsOf(image);
  const [sha, changes] = await Promise.all([
    git(directory, "log", "-1", "--format=%H", "--", ...inputs),
    git(directory, "status", "--porcelain", "--untracked-files=all", "--", ...inputs),
  ]);
  if (!sha)
    throw new Error(
      `${ownImageName(image)} is named for its git commit, and none has touched ${folders[image]} yet`,
    );
  if (!changes) return sha;
  const hash = createHash("sha256");
  for (const file of await inputFiles(image, directory))
    hash.update(`${file}\0`).update(
      createHash("sha256")
        .update(await readFile(join(directory, file)))
        .digest(),
    );
  return `${sha}-dirty-${hash.digest("hex").slice(0, 12)}`;
}

/** Full SHA of the checked-out commit. */
export function headCommit(directory = checkout): Promise<string> {
  return git(directory, "rev-parse", "HEAD");
}

/** The CAs that npm has to trust inside the build where the host trusts more than Node does, as behind a proxy. */
function hostCaBundle(): string | undefined {
  const bundles = [
    process.env["NODE_EXTRA_CA_CERTS"],
    process.env["SSL_CERT_FILE"],
    "/etc/ssl/certs/ca-certificates.crt",
  ];
  return bundles.find((file) => file && existsSync(file));
}

async function build(image: OwnImage, tag: string, nodeImage: string): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), `apexmcp-${image}-`));
  try {
    for (const file of await inputFiles(image, checkout)) await cp(join(checkout, file), join(context, file));
    const bundle = hostCaBundle();
    if (bundle) await copyFile(bundle, join(context, "extra-ca.pem"));
    const build = [
      "--file",
      join(context, folders[image], "Dockerfile"),
      "--build-arg",
      `NODE_IMAGE=${nodeImage}`,
    ];
    await buildImage([...build, "--tag", `${ownImageName(image)}:${tag}`, context], {
      "base.name": nodeImage,
      revision: tag,
    });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** Builds an image of our own unless there is one of its tag on this Node image; returns the tag. */
export async function buildOwnImage(image: OwnImage, lockFile: string): Promise<string> {
  const tag = await ownImageTag(image);
  const noVault = () => Promise.reject(new Error("our own images need no Vault"));
  const { images } = await resolveImages(
    ["node"],
    readImageLock(officialLockFile),
    previousSource(lockFile),
    noVault,
  );
  await ensureImage(image, tag, imageReference(images.node!));
  return tag;
}

async function ensureImage(image: OwnImage, tag: string, nodeImage: string): Promise<void> {
  const reference = `${ownImageName(image)}:${tag}`;
  const label = '{{index .Config.Labels "org.opencontainers.image.base.name"}}';
  const builtOn = await docker(["image", "inspect", "--format", label, reference]).catch(() => "");
  if (builtOn === nodeImage) return;
  try {
    await withProgress(`building ${reference}`, () => build(image, tag, nodeImage));
  } catch (error) {
    throw new Error(
      `building ${ownImageName(image)} failed: ${problem(error)}; solve that and run this again`,
      {
        cause: error,
      },
    );
  }
}

if (require.main === module) {
  const { imageLockFile } = stateIn();
  buildOwnImage("gateway", imageLockFile)
    .then(() => buildOwnImage("zitadel-standin", imageLockFile))
    .catch((error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    });
}

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
import { unpushedRepository as name } from "./release";
import { officialLockFile, previousSource, resolveImages } from "./resolve";

const checkout = join(__dirname, "..");
const dockerfile = "apps/gateway/Dockerfile";

/** What the image is made from, and the whole of its build context; paths from the checkout's root. */
const inputs = ["package.json", "package-lock.json", "apps/gateway"];

async function git(directory: string, ...args: string[]): Promise<string> {
  try {
    return (await execa("git", args, { cwd: directory })).stdout;
  } catch (error) {
    throw new Error(`the gateway's image is named for its git commit: ${problem(error)}`, {
      cause: error,
    });
  }
}

async function inputFiles(directory: string): Promise<string[]> {
  const listed = await git(
    directory,
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
    "--",
    ...inputs,
  );
  return [...new Set(listed.split("\0"))].filter((file) => file && existsSync(join(directory, file))).sort();
}

/**
 * The tag of the gateway's image as the checkout is now: the full SHA of the last commit that touched its inputs,
 * or `<sha>-dirty-<12 hex of a hash of the inputs>` where they differ from that. (A shallow clone's oldest commit
 * counts as touching everything.) Throws outside a git checkout.
 */
export async function gatewayImageTag(directory = checkout): Promise<string> {
  const [sha, changes] = await Promise.all([
    git(directory, "log", "-1", "--format=%H", "--", ...inputs),
    git(directory, "status", "--porcelain", "--untracked-files=all", "--", ...inputs),
  ]);
  if (!sha)
    throw new Error("the gateway's image is named for its git commit, and none has touched apps/gateway yet");
  if (!changes) return sha;
  const hash = createHash("sha256");
  for (const file of await inputFiles(directory))
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

async function build(tag: string, nodeImage: string): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), "apexmcp-gateway-"));
  try {
    for (const file of await inputFiles(checkout)) await cp(join(checkout, file), join(context, file));
    const bundle = hostCaBundle();
    if (bundle) await copyFile(bundle, join(context, "extra-ca.pem"));
    const build = ["--file", join(context, dockerfile), "--build-arg", `NODE_IMAGE=${nodeImage}`];
    await buildImage([...build, "--tag", `${name}:${tag}`, context], {
      "base.name": nodeImage,
      revision: tag,
    });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** Builds the gateway's image unless there is one of this tag on this Node image; returns the tag. */
export async function buildGatewayImage(lockFile: string): Promise<string> {
  const tag = await gatewayImageTag();
  const noVault = () => Promise.reject(new Error("the gateway's image needs no Vault"));
  const { images } = await resolveImages(
    ["node"],
    readImageLock(officialLockFile),
    previousSource(lockFile),
    noVault,
  );
  const nodeImage = imageReference(images.node!);
  const label = '{{index .Config.Labels "org.opencontainers.image.base.name"}}';
  const builtOn = await docker(["image", "inspect", "--format", label, `${name}:${tag}`]).catch(() => "");
  if (builtOn === nodeImage) return tag;
  try {
    await withProgress(`building ${name}:${tag}`, () => build(tag, nodeImage));
  } catch (error) {
    throw new Error(`building ${name} failed: ${problem(error)}; solve that and run this again`, {
      cause: error,
    });
  }
  return tag;
}

if (require.main === module) {
  buildGatewayImage(stateIn().imageLockFile)
    .then((tag) => console.log(tag))
    .catch((error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    });
}

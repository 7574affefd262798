import { execa } from "execa";
import { existsSync } from "node:fs";
import { copyFile, cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BakedImage, bakedImages, registryPort } from "./bakedImages";
import { docker, dockerProblem, repoDigests } from "./docker";
import type { ImageLock, LockedImage } from "./imageLock";
import { withLocalRegistry } from "./localRegistry";
import { withMachineLock } from "./machineLock";
import { withProgress } from "./progress";

/** Gives the path of the Vault server's binary, waiting for it where it is still being built. */
export type VaultServer = () => Promise<string>;

const reference = (image: BakedImage) => `${image.name}:${image.tag}`;

async function present(image: BakedImage): Promise<LockedImage | undefined> {
  const [digest] = await repoDigests(reference(image), image.name);
  return digest === undefined ? undefined : { name: image.name, tag: image.tag, digest };
}

/** The lock of the baked images, when every one is there already. */
export async function bakedLock(): Promise<ImageLock | undefined> {
  const entries = await Promise.all(
    bakedImages().images.map(async (image) => [image.title, await present(image)] as const),
  );
  if (entries.some(([, image]) => image === undefined)) return undefined;
  return { source: "baked", images: Object.fromEntries(entries) as ImageLock["images"] };
}

async function requireMmdebstrap(): Promise<void> {
  if (existsSync("/usr/bin/mmdebstrap")) return;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get"))
    throw new Error(
      "no image can be pulled, and baking them needs mmdebstrap: install it (Debian: apt-get install mmdebstrap)",
    );
  console.error("installing Debian's package mmdebstrap, to bake images");
  await execa("apt-get", ["-qy", "install", "--no-install-recommends", "mmdebstrap"], {
    env: { DEBIAN_FRONTEND: "noninteractive" },
  });
}

async function bakeBase(base: BakedImage): Promise<void> {
  await requireMmdebstrap();
  const label = "LABEL org.opencontainers.image.title=debian org.opencontainers.image.version=bookworm";
  await execa("sh", [join(base.folder, "rootfs.sh")], { encoding: "buffer", buffer: { stdout: false } }).pipe(
    "docker",
    ["import", "--change", label, "--change", 'CMD ["sh"]', "-", reference(base)],
  );
}

/** Fills the build context with what the Dockerfile copies. */
async function prepareContext(image: BakedImage, context: string, vaultServer: VaultServer): Promise<void> {
  await cp(image.folder, context, { recursive: true });
  if (image.title === "node")
    await execa("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: context });
  if (image.title === "vault") await copyFile(await vaultServer(), join(context, "vault"));
}

async function bakeOne(image: BakedImage, base: BakedImage, vaultServer: VaultServer): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), `apexmcp-${image.title}-`));
  try {
    await prepareContext(image, context, vaultServer);
    const labels = { "base.name": reference(base), version: image.tag, licenses: "see /usr/share/doc" };
    await docker([
      "build",
      ...["--build-arg", `BASE=${reference(base)}`],
      ...Object.entries(labels).flatMap(([key, value]) => [
        "--label",
        `org.opencontainers.image.${key}=${value}`,
      ]),
      ...["--tag", reference(image), context],
    ]);
    await docker(["push", "--quiet", reference(image)]);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/**
 * Bakes every image that isn't there yet, one after the other, and returns the lock. What is done stays done when
 * it is interrupted; two checkouts of one machine take turns and share the result.
 */
export async function bakeImages(vaultServer: VaultServer): Promise<ImageLock> {
  return withMachineLock("apexmcp-images", "another checkout bakes images", async () => {
    const { base, images } = bakedImages();
    const states = await Promise.all(images.map(async (image) => ({ image, done: await present(image) })));
    const missing = states.filter(({ done }) => !done).map(({ image }) => image);
    if (missing.length === 0) return (await bakedLock())!;
    const hasBase = await docker(["image", "inspect", "--format", "ok", reference(base)]).catch(() => "");
    if (!hasBase) await step(`0/${missing.length} baking debian`, () => bakeBase(base));
    await withLocalRegistry(registryPort, async () => {
      for (const [index, image] of missing.entries())
        await step(`${index + 1}/${missing.length} baking ${image.title}`, () =>
          bakeOne(image, base, vaultServer),
        );
    });
    const lock = await bakedLock();
    if (!lock)
      throw new Error(
        "an image was baked, but the engine doesn't know its digest: is it a remote engine? Baking needs a local one",
      );
    return lock;
  });
}

async function step(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await withProgress(`images: ${what}`, work);
  } catch (error) {
    throw new Error(`images: ${what} failed: ${dockerProblem(error)}`, { cause: error });
  }
}

import { execa } from "execa";
import { existsSync } from "node:fs";
import { chmod, copyFile, cp, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

import { type BakedImage, bakedImages, registryPort } from "./bakedImages";
import { buildImage, docker, problem, repoDigests } from "./docker";
import type { ImageName, LockedImage } from "./imageLock";
import { withLocalRegistry } from "./localRegistry";
import { withMachineLock } from "./machineLock";
import { withProgress } from "./progress";

/** Used by one bake at a time; what an interrupted one left there, the next one removes. */
const workFolder = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "apexmcp", "bake");

/** Gives the path of the Vault server's binary, building it or waiting for it where it isn't there yet. */
export type VaultServer = () => Promise<string>;

const reference = (image: BakedImage) => `${image.name}:${image.tag}`;

/** The baked image as the engine knows it; undefined when it isn't there as its inputs are now. */
export async function bakedImage(title: ImageName): Promise<LockedImage | undefined> {
  const { name, tag } = bakedImages()[title];
  const [digest] = await repoDigests(`${name}:${tag}`, name);
  return digest === undefined ? undefined : { name, tag, digest };
}

/**
 * Bakes an image unless it is there, pushes it to a registry of this machine, and returns it with its digest. Two
 * checkouts of one machine take turns and share the result.
 *
 * @param progress such as `2/4`
 */
export async function bakeImage(
  title: ImageName,
  vaultServer: VaultServer,
  progress: string,
): Promise<LockedImage> {
  const there = await bakedImage(title);
  if (there) return there;
  const server = title === "vault" ? await vaultServer() : undefined;
  return withMachineLock(
    "apexmcp-images",
    `${progress} ${title}: images are baked elsewhere on this machine`,
    async () => {
      const thereNow = await bakedImage(title);
      if (thereNow) return thereNow;
      await requireLocalEngine();
      const images = bakedImages();
      const base = reference(images.debian);
      if (!(await docker(["image", "ls", "--quiet", base])))
        await step("debian, the base of the others", () => bakeBase(images.debian));
      await step(`${progress} ${title}`, () => bakeAndPush(images[title], base, server));
      const baked = await bakedImage(title);
      if (!baked) throw new Error(`${title} was baked and pushed, but the engine doesn't know its digest`);
      return baked;
    },
  );
}

async function step(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await withProgress(`baking ${what}`, work);
  } catch (error) {
    throw new Error(`baking ${what} failed: ${problem(error)}; solve that and run this again`, {
      cause: error,
    });
  }
}

async function bakeBase(base: BakedImage): Promise<void> {
  await requireMmdebstrap();
  const label = "LABEL org.opencontainers.image.title=debian org.opencontainers.image.version=bookworm";
  const archive = execa("sh", [join(base.folder, "rootfs.sh")], {
    encoding: "buffer",
    buffer: { stdout: false },
  });
  await archive.pipe("docker", ["import", "--change", label, "--change", 'CMD ["sh"]', "-", reference(base)]);
}

/** The registry that baked images are pushed to is this machine's, so the engine has to be, too. */
async function requireLocalEngine(): Promise<void> {
  const endpoint = await docker(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
  if (!endpoint.startsWith("unix://"))
    throw new Error(
      `no official image can be pulled by the engine at ${endpoint}, and images are baked on the engine's own machine only; ` +
        "give that engine access to the registries of images.lock.json, or use a local one",
    );
}

async function requireMmdebstrap(): Promise<void> {
  if (existsSync("/usr/bin/mmdebstrap")) return;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get"))
    throw new Error(
      "no official image can be pulled, and baking them takes mmdebstrap; install it (Debian: apt-get install mmdebstrap)",
    );
  console.error("installing Debian's package mmdebstrap, to bake images");
  await execa(join(__dirname, "..", "toolchain", "apt.sh"), ["install", "mmdebstrap"]);
}

async function bakeAndPush(image: BakedImage, base: string, vaultServer?: string): Promise<void> {
  const context = join(workFolder, "context");
  await rm(workFolder, { recursive: true, force: true });
  try {
    await cp(image.folder, context, { recursive: true });
    if (image.title === "node")
      await execa("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: context });
    if (vaultServer) {
      await copyFile(vaultServer, join(context, "vault"));
      await chmod(join(context, "vault"), 0o755);
    }
    await buildImage(["--build-arg", `BASE=${base}`, "--tag", reference(image), context], {
      "base.name": base,
      version: image.tag,
    });
    await withLocalRegistry(registryPort, join(workFolder, "registry"), () =>
      docker(["push", "--quiet", reference(image)]),
    );
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

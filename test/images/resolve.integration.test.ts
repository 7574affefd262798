import { execa } from "execa";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { docker, repoDigests } from "../../images/docker";
import { type ImageLock, imageNames, imageReference, type LockedImage } from "../../images/imageLock";
import { withLocalRegistry } from "../../images/localRegistry";
import { isThere, patience } from "../../images/officialImages";
import { resolveImages } from "../../images/resolve";
import { ensureVaultServer } from "../../toolchain/install";
import { freePort } from "../support/freePort";

jest.setTimeout(120_000);

const noVault = () => Promise.reject(new Error("the test needs no Vault server"));

/** A lock that finds every image at one registry, under digests that nothing has. */
function lockAt(registry: string): ImageLock {
  const image = (name: string): LockedImage => ({
    name: `${registry}/apexmcp-test/${name}`,
    tag: "1",
    digest: `sha256:${randomBytes(32).toString("hex")}`,
  });
  return {
    source: "official",
    images: {
      node: image("node"),
      nginx: image("nginx"),
      postgres: image("postgres"),
      vault: image("vault"),
    },
  };
}

/** Takes connections and never answers, as a firewall that drops does to those who wait. */
async function silentRegistry(): Promise<{ server: Server; registry: string; contacted: () => number }> {
  let contacts = 0;
  const server = createServer(() => contacts++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    server,
    registry: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    contacted: () => contacts,
  };
}

describe("the source of the images", () => {
  beforeAll(() => resolveImages(imageNames, lockAt("127.0.0.1:1"), "baked", ensureVaultServer), 40 * 60_000);

  it("is official where the registry delivers, and then what is there isn't asked for again", async () => {
    const folder = await mkdtemp(join(tmpdir(), "registry-"));
    const port = await freePort();
    const lock = lockAt(`localhost:${port}`);
    const references: string[] = [];
    try {
      await withLocalRegistry(port, join(folder, "registry"), async () => {
        for (const name of ["node", "nginx"] as const) {
          const image = lock.images[name];
          const tagged = `${image.name}:${image.tag}`;
          await writeFile(join(folder, "content"), randomBytes(100));
          await execa("sh", ["-c", `tar c content | docker import - ${tagged}`], { cwd: folder });
          await docker(["push", "--quiet", tagged]);
          image.digest = (await repoDigests(tagged, image.name))[0]!;
          await docker(["image", "rm", tagged]);
          expect(await isThere(image)).toBe(false);
          references.push(imageReference(image));
        }
        const resolved = await resolveImages(["node", "nginx"], lock, undefined, noVault);
        expect(resolved).toEqual({
          source: "official",
          images: { node: lock.images.node, nginx: lock.images.nginx },
        });
        await expect(resolveImages(["node", "postgres"], lock, undefined, noVault)).resolves.toMatchObject({
          source: "baked",
        });
      });
      const again = await resolveImages(["node", "nginx"], lock, undefined, noVault);
      expect(again.source).toBe("official");
    } finally {
      for (const reference of references) await docker(["image", "rm", reference]).catch(() => undefined);
      await rm(folder, { recursive: true });
    }
  });

  it("is baked at once where the registry refuses", async () => {
    const start = Date.now();
    const resolved = await resolveImages(["node"], lockAt("127.0.0.1:1"), undefined, noVault);
    expect(resolved.source).toBe("baked");
    expect(resolved.images.node!.name).toMatch(/^localhost:5050\/apexmcp\/node$/);
    expect(Date.now() - start).toBeLessThan(patience);
  });

  it("is baked after a few seconds where the registry is silent, and from then on asks it no more", async () => {
    const { server, registry, contacted } = await silentRegistry();
    try {
      const start = Date.now();
      const first = await resolveImages(["node"], lockAt(registry), undefined, noVault);
      expect(first.source).toBe("baked");
      expect(Date.now() - start).toBeLessThan(patience + 5000);
      const contacts = contacted();
      expect(contacts).toBeGreaterThan(0);
      expect(await resolveImages(["node"], lockAt(registry), "baked", noVault)).toEqual(first);
      expect(contacted()).toBe(contacts);
    } finally {
      server.close();
    }
  });

  it("gives baked images a digest that containers start by, with no registry running", async () => {
    const { images } = await resolveImages(imageNames, lockAt("127.0.0.1:1"), "baked", noVault);
    for (const image of Object.values(images)) {
      const { name, digest } = image;
      await docker(["run", "--rm", "--network=none", imageReference(image), "true"]);
      await docker(["run", "--rm", "--network=none", `${name}@${digest}`, "true"]);
    }
  });

  it("is one for all images, never a mix", async () => {
    const { images } = await resolveImages(["node"], lockAt("127.0.0.1:1"), "baked", noVault);
    const there = lockAt("127.0.0.1:1");
    there.images.node = images.node!;
    const resolved = await resolveImages(["node", "nginx"], there, undefined, noVault);
    expect(resolved.source).toBe("baked");
    expect(resolved.images.nginx!.name).toContain("/apexmcp/");
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type ImageLock, imageLock, imageReference, readImageLock } from "../../images/imageLock";
import { officialLockFile } from "../../images/resolve";

const digest = `sha256:${"ab".repeat(32)}`;
const image = (name: string) => ({ name: `docker.io/library/${name}`, tag: "1.2.3", digest });
const lock: ImageLock = {
  source: "official",
  images: { postgres: image("postgres"), nginx: image("nginx"), vault: image("vault"), node: image("node") },
};

describe("the image lock", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "image-lock-"))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (content: unknown) => {
    const file = join(folder, "images.lock.json");
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
  };

  it("reads back what it holds", () => expect(readImageLock(write(lock))).toEqual(lock));

  it("refers to an image by name, tag and digest", () =>
    expect(imageReference(lock.images.nginx)).toBe(`docker.io/library/nginx:1.2.3@${digest}`));

  it("is committed with official images from public registries", () => {
    const { source, images } = readImageLock(officialLockFile);
    expect(source).toBe("official");
    for (const { name } of Object.values(images)) expect(name).toMatch(/^(docker|ghcr)\.io\//);
  });

  it.each([
    ["a tag that moves", { ...image("node"), tag: "latest" }],
    ["a short digest", { ...image("node"), digest: "sha256:abcd" }],
    ["no digest", { ...image("node"), digest: undefined }],
    ["a name without its registry", { ...image("node"), name: "node" }],
    ["a name with a tag in it", { ...image("node"), name: "docker.io/library/node:24" }],
    ["a key too many", { ...image("node"), platform: "linux/amd64" }],
  ])("refuses %s", (_, node) =>
    expect(imageLock.safeParse({ ...lock, images: { ...lock.images, node } }).success).toBe(false),
  );

  it("refuses a lock that lacks an image, naming file, key and fix", () => {
    const file = write({ ...lock, images: { ...lock.images, vault: undefined } });
    expect(() => readImageLock(file)).toThrow(file);
    expect(() => readImageLock(file)).toThrow("images.vault");
    expect(() => readImageLock(file)).toThrow("make up");
  });

  it("says what to do about a file that is missing or cut off", () => {
    expect(() => readImageLock(join(folder, "none.json"))).toThrow(/none\.json.*make up/);
    expect(() => readImageLock(write('{"source": "baked", '))).toThrow(/not JSON.*delete it/);
  });
});

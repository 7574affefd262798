import { execa } from "execa";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { docker } from "../../images/docker";
import { buildOwnImage } from "../../images/ownImages";
import { type ImageLock, type ImageName, imageNames, imageReference } from "../../images/imageLock";
import { resolveToFile } from "../../images/resolve";
import { ensureVaultServer } from "../../toolchain/install";

jest.setTimeout(120_000);

const hardened = [
  ...["run", "--rm", "--network=none", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"],
  ...["--pids-limit=100", "--memory=512m"],
];

let folder: string;
let lock: ImageLock;
let gateway: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "image-contract-"));
  lock = await resolveToFile(join(folder, "images.lock.json"), ensureVaultServer);
  gateway = `apexmcp/gateway:${await buildOwnImage("gateway", join(folder, "images.lock.json"))}`;
}, 40 * 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const reference = (name: ImageName | "gateway") =>
  name === "gateway" ? gateway : imageReference(lock.images[name]);
const run = (name: ImageName | "gateway", user: string, ...command: string[]) =>
  docker([...hardened, `--user=${user}`, `--entrypoint=${command[0]}`, reference(name), ...command.slice(1)]);

/** `mode path` of every file, as in the image. */
async function files(image: string): Promise<string[]> {
  const container = await docker(["create", image, "none"]);
  try {
    const { stdout } = await execa("sh", ["-c", `docker export ${container} | tar --list --verbose`]);
    return stdout.split("\n").map((line) => line.replace(/^(\S+)\s+\S+\s+\S+\s+\S+\s+\S+\s+/, "$1 "));
  } finally {
    await docker(["rm", container]);
  }
}

describe("what the components rely on, read-only and without a capability", () => {
  it.each<[ImageName, string, string[], RegExp]>([
    ["postgres", "999:999", ["postgres", "--version"], /\(PostgreSQL\) 15\./],
    ["postgres", "999:999", ["initdb", "--version"], / 15\./],
    ["postgres", "999:999", ["pg_isready", "--version"], / 15\./],
    ["postgres", "999:999", ["psql", "--version"], / 15\./],
    ["postgres", "999:999", ["stat", "--format=%u:%g", "/var/lib/postgresql/data"], /^999:999$/],
    ["nginx", "101:101", ["sh", "-c", "nginx -V 2>&1"], /with-http_ssl_module/],
    ["nginx", "101:101", ["curl", "--version"], /OpenSSL/],
    ["vault", "100:1000", ["/bin/vault", "version"], /^Vault v1\.21\.0/],
    ["vault", "100:1000", ["sh", "-c", "stat -c %u:%g /vault/file"], /^100:1000$/],
    ["node", "1000:1000", ["node", "--version"], /^v24\./],
  ])("%s as %s: %j", async (name, user, command, expected) =>
    expect(await run(name, user, ...command)).toMatch(expected),
  );
});

describe("a baked image", () => {
  const images: (ImageName | "gateway")[] = [...imageNames, "gateway"];

  it.each(images)("%s runs as a user, never root", async (name) => {
    if (lock.source === "official" && name !== "gateway") return;
    expect(await docker(["image", "inspect", "--format={{.Config.User}}", reference(name)])).toMatch(
      /^[1-9]\d+:\d+$/,
    );
  });

  it.each(images)("%s has nothing setuid or setgid, no private key and no package lists", async (name) => {
    if (lock.source === "official" && name !== "gateway") return;
    const all = await files(reference(name));
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter((file) => /^-(..s|.{5}s)/i.test(file))).toEqual([]);
    expect(all.filter((file) => /\.key$|\/apt\/lists\/.+Packages|extra-ca/.test(file))).toEqual([]);
  });

  it.each(images)(
    "%s tells no secret and no CA bundle in its history and labels, and what it is",
    async (name) => {
      const history = await docker(["history", "--no-trunc", reference(name)]);
      const config = await docker(["image", "inspect", "--format={{json .Config}}", reference(name)]);
      expect(history + config).not.toMatch(/CERTIFICATE|EXTRA_CA|PASSWORD=|TOKEN=|SECRET=/);
      if (lock.source === "baked" || name === "gateway")
        expect(config).toContain("org.opencontainers.image.title");
    },
  );
});

describe("the gateway's image", () => {
  it("has Node and the gateway, but no shell, no package manager and no compiler", async () => {
    const paths = (await files(gateway)).map((file) => file.split(" ")[1]!);
    expect(paths).toEqual(
      expect.arrayContaining(["app/dist/server.js", "app/package.json", "usr/local/bin/node"]),
    );
    expect(paths.filter((path) => /\/(sh|bash|dash|busybox|npm|apt|dpkg|tsc)$/.test(path))).toEqual([]);
    expect(paths.filter((path) => /node_modules\/(typescript|@types|@pulumi|jest)\//.test(path))).toEqual([]);
  });

  it("refuses to start without its secrets, by name, and shows none", async () => {
    await expect(docker([...hardened, gateway])).rejects.toThrow(/OAUTH_JWT_SECRET/);
  });

  it("stays under 175 MB", async () =>
    expect(Number(await docker(["image", "inspect", "--format={{.Size}}", gateway]))).toBeLessThan(175e6));

  it("is there: a second build starts nothing and gives the same tag", async () => {
    const start = Date.now();
    expect(`apexmcp/gateway:${await buildOwnImage("gateway", join(folder, "images.lock.json"))}`).toBe(
      gateway,
    );
    expect(Date.now() - start).toBeLessThan(3000);
  });
});

import { updateLock, type LockRequest } from "../../images/updateLock";
import type { ImageLock } from "../../images/imageLock";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const image = (name: string) => ({ name: `docker.io/library/${name}`, tag: "1.0", digest: digest("0") });
const lock: ImageLock = {
  source: "official",
  images: { postgres: image("postgres"), nginx: image("nginx"), vault: image("vault"), node: image("node") },
};
const nothing: LockRequest = { tags: {}, accepted: new Set() };
const unchanged = () => Promise.resolve(digest("0"));

it("leaves the lock as it is when every tag leads where it led", async () => {
  const update = await updateLock(lock, nothing, unchanged);
  expect(update).toEqual({
    lock,
    changes: ["node", "nginx", "postgres", "vault"].map((name) => `${name}: 1.0, unchanged`),
    problems: [],
  });
});

it("pins another tag's digest, and shows both", async () => {
  const update = await updateLock(lock, { ...nothing, tags: { nginx: "1.1" } }, (_, tag) =>
    Promise.resolve(digest(tag === "1.1" ? "1" : "0")),
  );
  expect(update.problems).toEqual([]);
  expect(update.lock.images.nginx).toEqual({ ...lock.images.nginx, tag: "1.1", digest: digest("1") });
  expect(update.changes).toContain("nginx: 1.0 -> 1.1, sha256:000000000000 -> sha256:111111111111");
});

const movedNginx = (name: string) => Promise.resolve(digest(name.endsWith("nginx") ? "2" : "0"));

it("refuses a tag whose digest moved, and changes nothing", async () => {
  const update = await updateLock(lock, nothing, movedNginx);
  expect(update.lock).toBe(lock);
  expect(update.problems).toEqual([
    `nginx: docker.io/library/nginx:1.0 has moved from ${digest("0")} to ${digest("2")}`,
  ]);
});

it("takes a moved digest that was accepted, of that image alone", async () => {
  const update = await updateLock(lock, { tags: {}, accepted: new Set(["nginx"]) }, movedNginx);
  expect(update.lock.images.nginx.digest).toBe(digest("2"));
  const other = await updateLock(lock, { tags: {}, accepted: new Set(["vault"]) }, movedNginx);
  expect(other.problems).toHaveLength(1);
});

it("changes nothing when a tag isn't there or a registry is down, and names each", async () => {
  const update = await updateLock(lock, nothing, (name) =>
    name.endsWith("vault") ? Promise.resolve(undefined) : Promise.reject(new Error("no answer")),
  );
  expect(update.lock).toBe(lock);
  expect(update.problems).toContain("vault: docker.io/library/vault has no tag 1.0");
  expect(update.problems).toContain("nginx: no answer");
});

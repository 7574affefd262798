import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";

import { generateX25519Identity, identityToRecipient } from "age-encryption";

import { readArchive, writeArchive } from "../../../commands/backup/archive";

const directory = mkdtempSync(join(tmpdir(), "archive-"));
afterAll(() => rmSync(directory, { recursive: true }));

const big = randomBytes(3_000_000);
let identity: string;
let files = 0;
const place = () => join(directory, `${files++}.age`);

beforeAll(async () => void (identity = await generateX25519Identity()));

async function written(): Promise<string> {
  const file = place();
  await writeArchive(file, await identityToRecipient(identity), async (tar) => {
    tar.file("first", 0o600, "a secret that is easy to find");
    tar.file("big", 0o640, big);
    await Promise.resolve();
  });
  return file;
}

async function read(file: string, key = identity): Promise<Record<string, Buffer>> {
  const found: Record<string, Buffer> = {};
  await readArchive(file, key, async ({ header, content }) => {
    found[header.name] = await buffer(content);
  });
  return found;
}

it("gives back what was put in, to whoever has the key, and shows nothing of it", async () => {
  const file = await written();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file).includes("easy to find")).toBe(false);
  const found = await read(file);
  expect(Object.keys(found)).toEqual(["first", "big"]);
  expect(found["big"]!.equals(big)).toBe(true);
});

it("lets entries be left unread", async () => {
  const names: string[] = [];
  await readArchive(await written(), identity, async ({ header }) => {
    names.push(header.name);
    await Promise.resolve();
  });
  expect(names).toEqual(["first", "big"]);
});

it("opens to no other key", async () => {
  await expect(read(await written(), await generateX25519Identity())).rejects.toThrow(/no identity matched/);
});

it.each([
  ["changed", (file: string) => flip(file)],
  ["cut off", (file: string) => truncateSync(file, statSync(file).size - 100)],
  ["cut off between two chunks", (file: string) => truncateSync(file, 65_536 * 10 + 400)],
])("throws when the file was %s", async (_, damage) => {
  const file = await written();
  damage(file);
  await expect(read(file)).rejects.toThrow();
});

it("passes on the error of what fills it, and of what takes from it", async () => {
  const recipient = await identityToRecipient(identity);
  await expect(
    writeArchive(place(), recipient, () => Promise.reject(new Error("the source is gone"))),
  ).rejects.toThrow("the source is gone");
  await expect(
    readArchive(await written(), identity, () => Promise.reject(new Error("no room"))),
  ).rejects.toThrow("no room");
});

it("never writes over a file", async () => {
  const file = place();
  writeFileSync(file, "mine");
  await expect(
    writeArchive(file, await identityToRecipient(identity), () => Promise.resolve()),
  ).rejects.toThrow("EEXIST");
});

function flip(file: string): void {
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(file, bytes);
}

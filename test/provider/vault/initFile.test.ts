import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readInitFile, reserveInitFile, setAside } from "../../../provider/vault/initFile";

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "init-file-"));
  path = join(directory, "vault-init.json");
});
afterEach(() => rmSync(directory, { recursive: true }));

const newKeys = () => ({
  unsealKey: randomBytes(32).toString("hex"),
  rootToken: randomBytes(12).toString("hex"),
});

test("keeps what it is given, for its owner only", () => {
  const keys = newKeys();
  reserveInitFile(path).keep(keys);
  expect(readInitFile(path)).toEqual(keys);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory)).toEqual(["vault-init.json"]);
});

test("puts an older key aside rather than over it", () => {
  const older = newKeys();
  reserveInitFile(path).keep(older);
  setAside(path);
  reserveInitFile(path).keep(newKeys());
  const aside = readdirSync(directory).find((name) => name.startsWith("vault-init.json.until-"));
  expect(readInitFile(join(directory, aside!))).toEqual(older);
});

test("leaves nothing behind when the initialisation didn't happen", () => {
  reserveInitFile(path).discard();
  expect(readdirSync(directory)).toEqual([]);
});

test("refuses a place that can't be written, before any key exists", () => {
  expect(() => reserveInitFile(join(directory, "missing", "vault-init.json"))).toThrow(
    /can't write .* \(ENOENT\), so nothing was changed in Vault/,
  );
});

test("is undefined when there is none", () => {
  expect(readInitFile(path)).toBeUndefined();
});

test("refuses a file that others can read, and says which mode it has", () => {
  reserveInitFile(path).keep(newKeys());
  chmodSync(path, 0o640);
  expect(() => readInitFile(path)).toThrow(/others can read it \(mode 640\); run chmod 600/);
});

test.each([
  ["no JSON", "unseal me"],
  ["no key", "{}"],
  ["a key that is none", JSON.stringify({ unsealKey: "0123" })],
])("refuses a file with %s, without printing what is in it", (_what, text) => {
  writeFileSync(path, text, { mode: 0o600 });
  expect(() => readInitFile(path)).toThrow("holds no unseal key");
  expect(() => readInitFile(path)).not.toThrow(/unseal me|0123/);
});

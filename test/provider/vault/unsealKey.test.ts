import { randomBytes } from "node:crypto";

import { keyFingerprint, parseUnsealKey } from "../../../provider/vault/unsealKey";

test("hex and base64 are the same key, with the same fingerprint", () => {
  const key = randomBytes(32);
  expect(parseUnsealKey(key.toString("hex"))).toEqual(key);
  expect(parseUnsealKey(key.toString("hex").toUpperCase())).toEqual(key);
  expect(parseUnsealKey(key.toString("base64"))).toEqual(key);
  expect(keyFingerprint(key)).toMatch(/^sha256:[0-9a-f]{16}$/);
});

test("a fingerprint differs from key to key, and is no part of the key", () => {
  const key = randomBytes(32);
  expect(keyFingerprint(key)).not.toBe(keyFingerprint(randomBytes(32)));
  expect(key.toString("hex")).not.toContain(keyFingerprint(key).replace("sha256:", ""));
});

test.each([
  ["nothing", ""],
  ["a newline at the end", `${randomBytes(32).toString("hex")}\n`],
  ["a space before", ` ${randomBytes(32).toString("base64")}`],
  ["31 bytes", randomBytes(31).toString("hex")],
  ["a share of a split key (33 bytes)", randomBytes(33).toString("base64")],
  ["base64 without its padding", randomBytes(32).toString("base64").replace("=", "")],
  ["words", "correct horse battery staple"],
])("%s is no key", (_what, text) => {
  expect(parseUnsealKey(text)).toBeUndefined();
});

import { generateKeyPairSync } from "node:crypto";

import { auditAnchor, readAnchor, signAnchor } from "../../commands/auditAnchor";

const keys = generateKeyPairSync("ed25519");
const lanes = [{ lane: 1, seq: 7, hash: "ab".repeat(32) }];
const anchor = auditAnchor(new Date(0), 7, lanes);
const text = signAnchor(anchor, keys.privateKey);

it("reads back what was signed", () => {
  expect(readAnchor(text, keys.publicKey)).toEqual(anchor);
});

it("takes no other key's signature", () => {
  const other = generateKeyPairSync("ed25519");
  expect(() => readAnchor(text, other.publicKey)).toThrow("its signature is not by this key");
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  expect(() => readAnchor(text, rsa.publicKey)).toThrow("not an Ed25519 key");
});

it.each([
  ["time", ['"1970', '"1971']],
  ["count", ['"count": 7', '"count": 6']],
  ["head", [anchor.head, "cd".repeat(32)]],
  ["a lane's number", ['"lane": 1', '"lane": 2']],
  ["a lane's length", ['"seq": 7', '"seq": 6']],
  ["a lane's hash", ["ab".repeat(32), "cd".repeat(32)]],
] as const)("sees that %s was changed", (_, [from, to]) => {
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  expect(() => readAnchor(changed, keys.publicKey)).toThrow("changed after it was signed");
});

it("sees that a lane was left out", () => {
  const { anchor: content, signature } = JSON.parse(text) as { anchor: object; signature: string };
  const without = JSON.stringify({ anchor: { ...content, lanes: [] }, signature });
  expect(() => readAnchor(without, keys.publicKey)).toThrow("changed after it was signed");
});

it.each(["", "{}", "null", text.replace('"count"', '"total"')])("is no anchor: %j", (other) => {
  expect(() => readAnchor(other, keys.publicKey)).toThrow("it is not an anchor");
});

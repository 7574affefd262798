import { randomBytes, randomUUID } from "node:crypto";
import knownDevHashes from "../../../../apps/gateway/src/secrets/knownDevHashes.json";
import policyHashes from "../../../../policies/secret/knownDevSecretHashes.json";
import { secretWeakness } from "../../../../apps/gateway/src/secrets/weakness";

describe("secretWeakness", () => {
  test.each([
    ["", "is empty"],
    ["dev-oauth-jwt-secret-change-in-prod", "is a publicly known dev default"],
    ["your-super-secret-jwt-token-with-at-least-32-characters-long", "is a publicly known dev default"],
    ["DEV-OAUTH-JWT-SECRET-change-in-prod", "is a publicly known dev default"],
    ["0".repeat(64), "is a publicly known dev default"],
    ["k3Jx9Qp2Lm", "is short (10 bytes; at least 32 are required)"],
    ["correct-horse-battery-staple-and-then-some", "reads like a placeholder"],
    ["CHANGE_ME_9f3b2c7d1e8a4f6b0c5d9e3f7a1b", "reads like a placeholder"],
    ["9f3b2c7d1e8a4f6b-dev-0c5d9e3f7a1b2c4d", "reads like a placeholder"],
    ["MySecret-9f3b2c7d1e8a4f6b0c5d9e3f7a1b", "reads like a placeholder"],
    ["9f3b2c7d1e8a4f6b0c5d9e3f7a1b2c4d\n", "has white space at an end or a control character"],
  ])("%j %s", (value, expected) => expect(secretWeakness(value)).toBe(expected));

  test.each([
    ["one character", "a".repeat(40)],
    ["a repeated unit", "k3Jx9Qp2".repeat(5)],
    ["a run", "0123456789abcdefghijklmnopqrstuvwxyz"],
    ["a repeated run", "0123456789abcdef".repeat(3)],
    ["two characters", "abbabaabbaababbabaababbaabbabaab"],
  ])("finds low entropy in %s", (_, value) => expect(secretWeakness(value)).toMatch(/^has low entropy/));

  test.each([
    ["hexadecimal of 16 bytes", () => randomBytes(16).toString("hex")],
    ["base64 of 32 bytes", () => randomBytes(32).toString("base64")],
    ["base64url of 48 bytes", () => randomBytes(48).toString("base64url")],
    ["two UUIDs", () => randomUUID() + randomUUID()],
  ])("accepts 5000 random values in %s, but for one that may hold a word by chance", (_, generate) => {
    const refused = Array.from({ length: 5000 }, () => secretWeakness(generate())).filter(Boolean);
    expect(refused.length).toBeLessThanOrEqual(1);
  });

  test("never shows the value", () => {
    for (const value of ["hunter2", "a".repeat(40), "change-me-hunter2"])
      expect(secretWeakness(value)).not.toContain(value);
  });

  test("knows the same secrets as the policies, by their hashes", () => {
    const { distinctive, ordinary } = policyHashes;
    expect(knownDevHashes).toEqual([...distinctive.hashes, ...ordinary.hashes].sort());
    for (const hash of knownDevHashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(knownDevHashes.length).toBeGreaterThan(50);
  });
});

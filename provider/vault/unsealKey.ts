import { createHash } from "node:crypto";

const keyBytes = 32;

/**
 * The 32 bytes of a 1-of-1 unseal key, written as Vault prints it: 64 hex digits or 44 characters of base64.
 * Undefined when the text is neither.
 */
export function parseUnsealKey(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) {
    return Buffer.from(text, "hex");
  }
  const key = Buffer.from(text, "base64");
  return key.length === keyBytes && key.toString("base64") === text ? key : undefined;
}

export const malformedUnsealKey =
  "is not an unseal key: expected 64 hex digits or 44 characters of base64 (32 bytes), as make vault-init prints or stores it";

/**
 * A name for a key that tells nothing about it: the first 16 hex digits of its SHA-256, as `sha256:…`. The key is
 * 32 random bytes, so nothing can be tried against it.
 */
export function keyFingerprint(key: Buffer): string {
  return `sha256:${createHash("sha256").update(key).digest("hex").slice(0, 16)}`;
}

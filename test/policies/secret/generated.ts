import { createHash, randomBytes, randomUUID } from "node:crypto";

/** Makes values that nobody published: secrets of every usual form, and what is often taken for one. */
export const generated: Readonly<Record<string, () => string>> = {
  "base64 secrets": () => randomBytes(32).toString("base64"),
  "base64url secrets": () => randomBytes(24).toString("base64url"),
  "short base64 secrets": () => randomBytes(12).toString("base64"),
  "hex secrets": () => randomBytes(16).toString("hex"),
  "alphanumeric secrets": () => randomBytes(30).toString("base64").replace(/\W/g, "").slice(0, 20),
  UUIDs: () => randomUUID(),
  "SHA-1 hashes": () => createHash("sha1").update(randomBytes(16)).digest("hex"),
  "SHA-256 digests": () => `sha256:${randomBytes(32).toString("hex")}`,
  "bcrypt-like hashes": () =>
    `$2b$12$${randomBytes(40).toString("base64").replace(/[+=]/g, ".").slice(0, 53)}`,
  "base64 blobs": () => randomBytes(300).toString("base64"),
};
